"""The units of UCUM, each by its definition, and the prefixes.

https://ucum.org/ucum#section-Tables-of-Terminal-Symbols

A definition is a factor (a decimal or a fraction, as text) and a unit expression. `mol` is a base here:
counted things and amounts are not to be mixed. So are units on curved scales, equal to themselves alone.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ON_CURVES = _names(
    "[pH] Np B B[SPL] B[V] B[mV] B[uV] B[10.nV] B[W] B[kW] bit_s [p'diop] %[slope] [m/s2/Hz^(1/2)]"
    " [hp'_X] [hp'_C] [hp'_M] [hp'_Q]"
)
BASES = _names("m s g K C cd rad mol bit") | _ON_CURVES

ARBITRARY = _names(
    "[iU] [arb'U] [USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] [anti'Xa'U] [todd'U] [dye'U] [smgy'U] [bdsk'U]"
    " [ka'U] [knk'U] [mclg'U] [tb'U] [CCID_50] [TCID_50] [EID_50] [PFU] [FFU] [CFU] [IR] [BAU] [AU]"
    " [Amb'a'1'U] [PNU] [Lf] [D'ag'U] [FEU] [ELU] [EU] [hnsf'U] [hp_X] [hp_C] [hp_M] [hp_Q] [kp_X] [kp_C]"
    " [kp_M] [kp_Q] [NTU] [FNU]"
)
"""Equal to themselves alone: how much one is depends on the procedure."""
SAME = {"l": "L", "[IU]": "[iU]"}
"""Two names of one unit."""

METRIC = _names(
    "m s g K C cd rad mol bit Np B B[SPL] B[V] B[mV] B[uV] B[10.nV] B[W] B[kW]"
    " L l sr Hz N Pa J W A V F Ohm S mho Wb T H lm lx Bq Gy Sv eq osm kat U [iU] [IU] By Bd"
    " bar m[Hg] m[H2O] cal cal_th cal_IT cal_m cal_[15] cal_[20] eV u t ar st pc [ly] tex g% gf"
    " Gal dyn erg P St Bi Mx G Oe Gb Ky sb ph Lmb Ci R RAD REM"
    " [c] [h] [k] [eps_0] [mu_0] [e] [m_e] [m_p] [G] [g]"
    " [arb'U] [CFU] [PFU] [EU]"  # by usage: UCUM has no prefixes for these
)
"""Those that take prefixes."""

UNITS: dict[str, tuple[str, str]] = {
    # numbers
    "%": ("0.01", "1"),
    "[ppth]": ("0.001", "1"),
    "[ppm]": ("0.000001", "1"),
    "[ppb]": ("1e-9", "1"),
    "[pptr]": ("1e-12", "1"),
    "[HPF]": ("1", "1"),
    "[LPF]": ("100", "1"),
    "[car_Au]": ("1/24", "1"),
    "[pi]": ("3.1415926535897932384626433832795028841971693993751058209749445923", "1"),
    # angles
    "circ": ("2", "[pi].rad"),
    "deg": ("1/360", "circ"),
    "gon": ("0.9", "deg"),
    "'": ("1/60", "deg"),
    "''": ("1/60", "'"),
    "sr": ("1", "rad2"),
    "sph": ("4", "[pi].sr"),
    # amount of substance, and what is reckoned in it
    "eq": ("1", "mol"),
    "osm": ("1", "mol"),
    "kat": ("1", "mol/s"),
    "U": ("1", "umol/min"),
    # length
    "[in_i]": ("2.54", "cm"),
    "[ft_i]": ("12", "[in_i]"),
    "[yd_i]": ("3", "[ft_i]"),
    "[mi_i]": ("5280", "[ft_i]"),
    "[fth_i]": ("6", "[ft_i]"),
    "[nmi_i]": ("1852", "m"),
    "[hd_i]": ("4", "[in_i]"),
    "[mil_i]": ("0.001", "[in_i]"),
    "[in_us]": ("1/12", "[ft_us]"),
    "[ft_us]": ("1200/3937", "m"),
    "[yd_us]": ("3", "[ft_us]"),
    "[rd_us]": ("16.5", "[ft_us]"),
    "[ch_us]": ("4", "[rd_us]"),
    "[lk_us]": ("0.01", "[ch_us]"),
    "[rch_us]": ("100", "[ft_us]"),
    "[rlk_us]": ("0.01", "[rch_us]"),
    "[fth_us]": ("6", "[ft_us]"),
    "[fur_us]": ("40", "[rd_us]"),
    "[mi_us]": ("8", "[fur_us]"),
    "[mil_us]": ("0.001", "[in_us]"),
    "[in_br]": ("2.539998", "cm"),
    "[ft_br]": ("12", "[in_br]"),
    "[yd_br]": ("3", "[ft_br]"),
    "[rd_br]": ("16.5", "[ft_br]"),
    "[ch_br]": ("4", "[rd_br]"),
    "[lk_br]": ("0.01", "[ch_br]"),
    "[fth_br]": ("6", "[ft_br]"),
    "[pc_br]": ("2.5", "[ft_br]"),
    "[mi_br]": ("5280", "[ft_br]"),
    "[nmi_br]": ("6080", "[ft_br]"),
    "[lne]": ("1/12", "[in_i]"),
    "[pnt]": ("1/6", "[lne]"),
    "[pca]": ("12", "[pnt]"),
    "[pnt_pr]": ("0.013837", "[in_i]"),
    "[pca_pr]": ("12", "[pnt_pr]"),
    "[pied]": ("32.48", "cm"),
    "[pouce]": ("1/12", "[pied]"),
    "[ligne]": ("1/12", "[pouce]"),
    "[didot]": ("1/6", "[ligne]"),
    "[cicero]": ("12", "[didot]"),
    "[Ch]": ("1/3", "mm"),
    "[smoot]": ("67", "[in_i]"),
    "Ao": ("0.1", "nm"),
    "AU": ("149597.870691", "Mm"),
    "pc": ("3.085678e16", "m"),
    "[ly]": ("1", "[c].a_j"),
    "[mesh_i]": ("1", "/[in_i]"),
    "[diop]": ("1", "/m"),
    "Ky": ("1", "cm-1"),
    # area
    "ar": ("100", "m2"),
    "b": ("100", "fm2"),
    "[sin_i]": ("1", "[in_i]2"),
    "[sft_i]": ("1", "[ft_i]2"),
    "[syd_i]": ("1", "[yd_i]2"),
    "[cml_i]": ("0.25", "[pi].[mil_i]2"),
    "[srd_us]": ("1", "[rd_us]2"),
    "[acr_us]": ("160", "[rd_us]2"),
    "[smi_us]": ("1", "[mi_us]2"),
    "[sct]": ("1", "[mi_us]2"),
    "[twp]": ("36", "[sct]"),
    "[acr_br]": ("4840", "[yd_br]2"),
    # volume
    "L": ("1", "dm3"),
    "st": ("1", "m3"),
    "[cin_i]": ("1", "[in_i]3"),
    "[cft_i]": ("1", "[ft_i]3"),
    "[cyd_i]": ("1", "[yd_i]3"),
    "[bf_i]": ("144", "[in_i]3"),
    "[cr_i]": ("128", "[ft_i]3"),
    "[crd_us]": ("128", "[ft_i]3"),
    "[gal_us]": ("231", "[in_i]3"),
    "[bbl_us]": ("42", "[gal_us]"),
    "[qt_us]": ("1/4", "[gal_us]"),
    "[pt_us]": ("1/2", "[qt_us]"),
    "[gil_us]": ("1/4", "[pt_us]"),
    "[foz_us]": ("1/4", "[gil_us]"),
    "[fdr_us]": ("1/8", "[foz_us]"),
    "[min_us]": ("1/60", "[fdr_us]"),
    "[bu_us]": ("2150.42", "[in_i]3"),
    "[gal_wi]": ("1/8", "[bu_us]"),
    "[pk_us]": ("1/4", "[bu_us]"),
    "[dqt_us]": ("1/8", "[pk_us]"),
    "[dpt_us]": ("1/2", "[dqt_us]"),
    "[tbs_us]": ("1/2", "[foz_us]"),
    "[tsp_us]": ("1/3", "[tbs_us]"),
    "[cup_us]": ("16", "[tbs_us]"),
    "[foz_m]": ("30", "mL"),
    "[cup_m]": ("240", "mL"),
    "[tsp_m]": ("5", "mL"),
    "[tbs_m]": ("15", "mL"),
    "[gal_br]": ("4.54609", "L"),
    "[pk_br]": ("2", "[gal_br]"),
    "[bu_br]": ("4", "[pk_br]"),
    "[qt_br]": ("1/4", "[gal_br]"),
    "[pt_br]": ("1/2", "[qt_br]"),
    "[gil_br]": ("1/4", "[pt_br]"),
    "[foz_br]": ("1/5", "[gil_br]"),
    "[fdr_br]": ("1/8", "[foz_br]"),
    "[min_br]": ("1/60", "[fdr_br]"),
    "[drp]": ("1/20", "mL"),
    # mass
    "t": ("1000", "kg"),
    "u": ("1.66053906660e-24", "g"),
    "[m_e]": ("9.1093837139e-31", "kg"),
    "[m_p]": ("1.67262192595e-27", "kg"),
    "[gr]": ("64.79891", "mg"),
    "[lb_av]": ("7000", "[gr]"),
    "[oz_av]": ("1/16", "[lb_av]"),
    "[dr_av]": ("1/16", "[oz_av]"),
    "[scwt_av]": ("100", "[lb_av]"),
    "[lcwt_av]": ("112", "[lb_av]"),
    "[ston_av]": ("20", "[scwt_av]"),
    "[lton_av]": ("20", "[lcwt_av]"),
    "[stone_av]": ("14", "[lb_av]"),
    "[pwt_tr]": ("24", "[gr]"),
    "[oz_tr]": ("20", "[pwt_tr]"),
    "[lb_tr]": ("12", "[oz_tr]"),
    "[sc_ap]": ("20", "[gr]"),
    "[dr_ap]": ("3", "[sc_ap]"),
    "[oz_ap]": ("8", "[dr_ap]"),
    "[lb_ap]": ("12", "[oz_ap]"),
    "[oz_m]": ("28", "g"),
    "[car_m]": ("0.2", "g"),
    "g%": ("1", "g/dL"),
    "tex": ("1", "g/km"),
    "[den]": ("1/9", "g/km"),
    # time
    "min": ("60", "s"),
    "h": ("60", "min"),
    "d": ("24", "h"),
    "wk": ("7", "d"),
    "a_t": ("365.24219", "d"),
    "a_j": ("365.25", "d"),
    "a_g": ("365.2425", "d"),
    "a": ("1", "a_j"),
    "mo_s": ("29.53059", "d"),
    "mo_j": ("1/12", "a_j"),
    "mo_g": ("1/12", "a_g"),
    "mo": ("1", "mo_j"),
    "[S]": ("1e-13", "s"),
    "Hz": ("1", "s-1"),
    # motion, force, pressure, energy
    "[c]": ("299792458", "m/s"),
    "[kn_i]": ("1", "[nmi_i]/h"),
    "[kn_br]": ("1", "[nmi_br]/h"),
    "[g]": ("9.80665", "m/s2"),
    "[G]": ("6.67430e-11", "m3.kg-1.s-2"),
    "Gal": ("1", "cm/s2"),
    "N": ("1", "kg.m/s2"),
    "dyn": ("1", "g.cm/s2"),
    "gf": ("1", "g.[g]"),
    "[lbf_av]": ("1", "[lb_av].[g]"),
    "Pa": ("1", "N/m2"),
    "bar": ("100000", "Pa"),
    "atm": ("101325", "Pa"),
    "att": ("1", "kgf/cm2"),
    "[psi]": ("1", "[lbf_av]/[in_i]2"),
    "m[Hg]": ("133.3220", "kPa"),
    "m[H2O]": ("9.80665", "kPa"),
    "[in_i'Hg]": ("1", "m[Hg].[in_i]/m"),
    "[in_i'H2O]": ("1", "m[H2O].[in_i]/m"),
    "[PRU]": ("1", "mm[Hg].s/mL"),
    "[wood'U]": ("1", "mm[Hg].min/L"),
    "J": ("1", "N.m"),
    "W": ("1", "J/s"),
    "erg": ("1", "dyn.cm"),
    "[h]": ("6.62607015e-34", "J.s"),
    "[k]": ("1.380649e-23", "J/K"),
    "P": ("1", "dyn.s/cm2"),
    "St": ("1", "cm2/s"),
    "cal_[15]": ("4.18580", "J"),
    "cal_[20]": ("4.18190", "J"),
    "cal_m": ("4.19002", "J"),
    "cal_IT": ("4.1868", "J"),
    "cal_th": ("4.184", "J"),
    "cal": ("1", "cal_th"),
    "[Cal]": ("1", "kcal_th"),
    "[Btu_39]": ("1.05967", "kJ"),
    "[Btu_59]": ("1.05480", "kJ"),
    "[Btu_60]": ("1.05468", "kJ"),
    "[Btu_m]": ("1.05587", "kJ"),
    "[Btu_IT]": ("1.05505585262", "kJ"),
    "[Btu_th]": ("1.054350", "kJ"),
    "[Btu]": ("1", "[Btu_th]"),
    "[HP]": ("550", "[ft_i].[lbf_av]/s"),
    "[MET]": ("3.5", "mL/min/kg"),
    "[degR]": ("5/9", "K"),
    # electricity and magnetism
    "[e]": ("1.602176634e-19", "C"),
    "eV": ("1", "[e].V"),
    "A": ("1", "C/s"),
    "V": ("1", "J/C"),
    "F": ("1", "C/V"),
    "Ohm": ("1", "V/A"),
    "S": ("1", "Ohm-1"),
    "mho": ("1", "S"),
    "Wb": ("1", "V.s"),
    "T": ("1", "Wb/m2"),
    "H": ("1", "Wb/A"),
    "Bi": ("10", "A"),
    "Mx": ("1e-8", "Wb"),
    "G": ("0.0001", "T"),
    "Oe": ("250", "/[pi].A/m"),
    "Gb": ("1", "Oe.cm"),
    "[eps_0]": ("8.854187817e-12", "F/m"),
    "[mu_0]": ("4", "[pi].10*-7.N/A2"),
    # light and radiation
    "lm": ("1", "cd.sr"),
    "lx": ("1", "lm/m2"),
    "sb": ("1", "cd/cm2"),
    "Lmb": ("1", "cd/cm2/[pi]"),
    "ph": ("1e-4", "lx"),
    "Bq": ("1", "s-1"),
    "Ci": ("37e9", "Bq"),
    "Gy": ("1", "J/kg"),
    "Sv": ("1", "J/kg"),
    "RAD": ("100", "erg/g"),
    "REM": ("1", "RAD"),
    "R": ("2.58e-4", "C/kg"),
    # information
    "By": ("8", "bit"),
    "Bd": ("1", "/s"),
}

OFFSETS: dict[str, tuple[str, str]] = {
    "Cel": ("1", "273.15"),
    "[degF]": ("5/9", "45967/180"),
    "[degRe]": ("5/4", "273.15"),
}
"""Temperatures: factor and offset to K; they stand alone."""

PREFIXES = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
    "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip
"""Powers of ten."""
BINARY = {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4}
