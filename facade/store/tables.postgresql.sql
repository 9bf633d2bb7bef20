CREATE TABLE IF NOT EXISTS in_compartment (
    patient TEXT COLLATE "C" NOT NULL,
    rid BIGINT NOT NULL,
    PRIMARY KEY (patient, rid)
);

CREATE INDEX IF NOT EXISTS in_compartment_rid ON in_compartment (rid);

CREATE TABLE IF NOT EXISTS index_date (
    param INTEGER NOT NULL,
    low BIGINT NOT NULL,
    high BIGINT NOT NULL,
    rid BIGINT NOT NULL,
    PRIMARY KEY (param, low, high, rid)
);

CREATE INDEX IF NOT EXISTS index_date_rid ON index_date (rid);

CREATE TABLE IF NOT EXISTS index_number (
    param INTEGER NOT NULL,
    low FLOAT NOT NULL,
    high FLOAT NOT NULL,
    rid BIGINT NOT NULL,
    PRIMARY KEY (param, low, high, rid)
);

CREATE INDEX IF NOT EXISTS index_number_rid ON index_number (rid);

CREATE INDEX IF NOT EXISTS index_number_spread ON index_number (param, high) WHERE high > low;

CREATE TABLE IF NOT EXISTS index_position (
    param INTEGER NOT NULL,
    rid BIGINT NOT NULL,
    x FLOAT NOT NULL,
    y FLOAT NOT NULL,
    z FLOAT NOT NULL,
    PRIMARY KEY (param, rid)
);

CREATE INDEX IF NOT EXISTS index_position_rid ON index_position (rid);

CREATE TABLE IF NOT EXISTS index_quantity (
    param INTEGER NOT NULL,
    low FLOAT NOT NULL,
    high FLOAT NOT NULL,
    system INTEGER NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    rid BIGINT NOT NULL,
    base TEXT COLLATE "C",
    base_low FLOAT,
    base_high FLOAT,
    PRIMARY KEY (param, low, high, system, code, unit, rid)
);

CREATE INDEX IF NOT EXISTS index_quantity_base ON index_quantity (param, base, base_low, base_high) WHERE base IS NOT NULL;

CREATE INDEX IF NOT EXISTS index_quantity_base_spread ON index_quantity (param, base, base_high) WHERE base_high > base_low;

CREATE INDEX IF NOT EXISTS index_quantity_rid ON index_quantity (rid);

CREATE INDEX IF NOT EXISTS index_quantity_spread ON index_quantity (param, high) WHERE high > low;

CREATE TABLE IF NOT EXISTS index_reference (
    param INTEGER NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    rid BIGINT NOT NULL,
    low BIGINT,
    high BIGINT,
    PRIMARY KEY (param, target, rid)
);

CREATE INDEX IF NOT EXISTS index_reference_rid ON index_reference (rid);

CREATE TABLE IF NOT EXISTS index_string (
    param INTEGER NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    rid BIGINT NOT NULL,
    exact TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (param, value, rid, exact)
);

CREATE INDEX IF NOT EXISTS index_string_rid ON index_string (rid);

CREATE TABLE IF NOT EXISTS index_token (
    param INTEGER NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    system INTEGER NOT NULL,
    rid BIGINT NOT NULL,
    PRIMARY KEY (param, code, system, rid)
);

CREATE INDEX IF NOT EXISTS index_token_rid ON index_token (rid);

CREATE TABLE IF NOT EXISTS index_token_text (
    param INTEGER NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    rid BIGINT NOT NULL,
    PRIMARY KEY (param, value, rid)
);

CREATE INDEX IF NOT EXISTS index_token_text_rid ON index_token_text (rid);

CREATE TABLE IF NOT EXISTS index_uri (
    param INTEGER NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    rid BIGINT NOT NULL,
    PRIMARY KEY (param, value, rid)
);

CREATE INDEX IF NOT EXISTS index_uri_rid ON index_uri (rid);

CREATE TABLE IF NOT EXISTS quarantine (
    id BIGSERIAL NOT NULL,
    stream_id INTEGER NOT NULL,
    key VARCHAR NOT NULL,
    mapping VARCHAR NOT NULL,
    element VARCHAR,
    reason VARCHAR NOT NULL,
    wants VARCHAR,
    at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (stream_id, key, mapping)
);

CREATE INDEX IF NOT EXISTS quarantine_wants ON quarantine (wants);

CREATE TABLE IF NOT EXISTS raw_record (
    id BIGSERIAL NOT NULL,
    stream_id INTEGER NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL,
    deleted INTEGER NOT NULL,
    at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (stream_id, key)
);

CREATE TABLE IF NOT EXISTS resource (
    rid BIGSERIAL NOT NULL,
    type VARCHAR NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    updated BIGINT NOT NULL,
    deleted INTEGER NOT NULL,
    patient VARCHAR,
    hash BYTEA NOT NULL,
    raw_id BIGINT,
    mapping VARCHAR,
    refers VARCHAR,
    body BYTEA NOT NULL,
    PRIMARY KEY (rid),
    UNIQUE (type, id)
);

CREATE INDEX IF NOT EXISTS resource_patient ON resource (patient, rid) WHERE patient IS NOT NULL;

CREATE INDEX IF NOT EXISTS resource_raw ON resource (raw_id);

CREATE INDEX IF NOT EXISTS resource_type_rid ON resource (type, rid);

CREATE INDEX IF NOT EXISTS resource_type_updated ON resource (type, updated);

CREATE TABLE IF NOT EXISTS resource_version (
    rid BIGINT NOT NULL,
    version INTEGER NOT NULL,
    type VARCHAR NOT NULL,
    updated BIGINT NOT NULL,
    deleted INTEGER NOT NULL,
    patient VARCHAR,
    body BYTEA NOT NULL,
    PRIMARY KEY (rid, version)
);

CREATE INDEX IF NOT EXISTS resource_version_history ON resource_version (type, updated, rid, version);

CREATE TABLE IF NOT EXISTS search_parameter (
    number INTEGER NOT NULL,
    type VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    expression VARCHAR NOT NULL,
    targets VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    since BIGINT NOT NULL,
    rid BIGINT NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (type, code)
);

CREATE INDEX IF NOT EXISTS search_parameter_rid ON search_parameter (rid);

CREATE TABLE IF NOT EXISTS store_fact (
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE IF NOT EXISTS stream_state (
    id SERIAL NOT NULL,
    source VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    cursor VARCHAR,
    last_started BIGINT,
    last_success BIGINT,
    last_full BIGINT,
    error VARCHAR,
    PRIMARY KEY (id),
    UNIQUE (source, name)
);

CREATE TABLE IF NOT EXISTS sync_run (
    id BIGSERIAL NOT NULL,
    stream_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT,
    records_read INTEGER NOT NULL,
    records_changed INTEGER NOT NULL,
    records_deleted INTEGER NOT NULL,
    resources_written INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    error VARCHAR,
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS system_uri (
    id SERIAL NOT NULL,
    uri VARCHAR NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (uri)
);

CREATE TABLE IF NOT EXISTS unmapped_code (
    source VARCHAR NOT NULL,
    concept_map VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (source, concept_map, value)
)
