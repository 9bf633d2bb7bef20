"""Names, none of them meant. Some have letters that only latin1 knew."""

# fmt: off
FAMILY = (
    "ADAMS", "BAKER", "BENNETT", "BROOKS", "CARTER", "CHEN", "CLARKE", "COHEN", "COLEMAN", "COLLINS",
    "COOPER", "CRUZ", "DAVIES", "DIAZ", "DOE", "EVANS", "FISHER", "FOSTER", "GARCIA", "GRANT", "GREEN",
    "HALL", "HARRIS", "HOWARD", "HUGHES", "JACKSON", "JENKINS", "JOHNSON", "KELLY", "KIM", "KOWALSKI",
    "LEE", "LEWIS", "LOPEZ", "MARTIN", "MILLER", "MOORE", "MORGAN", "MURPHY", "NGUYEN", "NOVAK", "OKAFOR",
    "PATEL", "PARKER", "PEREZ", "PRICE", "QUINN", "REED", "ROSSI", "SANTOS", "SCHMIDT", "SILVA", "SMITH",
    "TAYLOR", "THOMAS", "TURNER", "WALKER", "WHITE", "WILSON", "WRIGHT", "YOUNG", "O'BRIEN", "DE LA CRUZ",
    "MUÑOZ", "MÜLLER", "LEFÈVRE", "SAINT-JEAN", "VAN DYKE", "NÚÑEZ",
)
WOMEN = (
    "ALICE", "AMY", "ANNA", "BARBARA", "CARMEN", "CAROL", "CLARA", "DIANE", "ELENA", "EMILY", "EMMA",
    "GRACE", "HELEN", "IRENE", "JANE", "JOAN", "JULIA", "KAREN", "LAURA", "LINDA", "LUCY", "MARIA",
    "MARY", "MEGAN", "NANCY", "OLIVIA", "PAULA", "RACHEL", "ROSA", "RUTH", "SARAH", "SOFIA", "SUSAN",
    "THERESA", "ZOE", "RENÉE", "INÉS", "MARY ANN",
)
MEN = (
    "AARON", "ADAM", "ALAN", "ANDREW", "BRIAN", "CARL", "DANIEL", "DAVID", "EDWARD", "ERIC", "FRANK",
    "GEORGE", "HARRY", "HENRY", "JACK", "JAMES", "JOHN", "JOSEPH", "KEVIN", "LEO", "LUIS", "MARK",
    "MARTIN", "MICHAEL", "NOAH", "OSCAR", "PAUL", "PETER", "RALPH", "ROBERT", "SAMUEL", "SEAN", "THOMAS",
    "VICTOR", "WILLIAM", "JOSÉ", "RENÉ", "JEAN-LUC",
)
# fmt: on
STREETS = ("ELM ST", "MAIN ST", "Maple Ave", "OLD MILL RD", "N. PLEASANT ST", "RIVER RD", "Church St.")
TOWNS = (
    ("NORTHAMPTON", 1060),
    ("Amherst", 1002),
    ("HOLYOKE", 1040),
    ("GREENFIELD", 1301),
    ("SPRINGFIELD", 1103),
)
