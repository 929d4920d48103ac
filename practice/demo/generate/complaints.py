"""What brings people to the practice: one line for the board, and how they put it themselves."""

from dataclasses import dataclass

from contract.codes import SlotType
from practice.demo.generate.people import Person

_DOCTOR = (SlotType.GP_ROUTINE, SlotType.GP_URGENT, SlotType.PHONE_CALL)
_ROUTINE = (SlotType.GP_ROUTINE, SlotType.PHONE_CALL)
_NURSE = (SlotType.NURSE,)
_HCA = (SlotType.HCA,)
_PHARMACIST = (SlotType.PHARMACIST,)
_PHYSIO = (SlotType.PHYSIO, SlotType.GP_ROUTINE)
_VISIT = (SlotType.VISIT,)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A reason to be seen.

    `said` are openings in the patient's words; `{d}` is how long, `{w}` who ("my", "his").
    `asked` says whether people send it online in their own words.
    """

    reason: str
    said: tuple[str, ...]
    slots: tuple[SlotType, ...]
    weight: float = 1.0
    low: int = 0
    high: int = 110
    female: bool | None = None
    days: tuple[int, int] = (1, 21)
    urgent: float = 0.1
    asked: bool = True

    def fits(self, one: Person) -> bool:
        """Whether *one* may have it."""
        return self.low <= one.age <= self.high and self.female in (None, one.female)


COMPLAINTS: tuple[Complaint, ...] = (
    Complaint(
        "Sore throat",
        (
            "Really sore throat for {d}, can hardly swallow and there are white spots at the back",
            "{w} throat has been sore {d} now and the glands are up",
            "Sore throat and a temperature {d}, paracetamol only helps for an hour or two",
        ),
        _DOCTOR,
        4,
        3,
        60,
        days=(2, 8),
        urgent=0.2,
    ),
    Complaint(
        "Cough",
        (
            "Cough that wont go away, {d} now, bringing up green stuff in the mornings",
            "{w} chest is tight with a cough for {d} and it keeps the whole house awake",
            "Dry cough {d}. Tried everything from the chemist",
        ),
        _DOCTOR,
        6,
        0,
        100,
        days=(5, 40),
        urgent=0.2,
    ),
    Complaint(
        "Ear pain",
        (
            "Earache on the left side {d}, it is throbbing and the hearing is muffled",
            "Pulling at {w} ear and crying at night, {d} now",
            "Ear infection I think, some discharge on the pillow for {d}",
        ),
        _DOCTOR,
        3,
        0,
        70,
        days=(1, 7),
        urgent=0.3,
    ),
    Complaint(
        "Urine infection?",
        (
            "I think I have a water infection again. Burning when I go and going every half "
            "hour, {d}",
            "UTI symptoms {d}, stinging and cloudy. Have had this before and needed antibiotics",
            "Keep needing a wee and it stings, started {d} ago, bit of back ache as well",
        ),
        _DOCTOR,
        4,
        16,
        95,
        True,
        (1, 6),
        0.4,
    ),
    Complaint(
        "Low back pain",
        (
            "My lower back has gone again, {d} now. Cant sit at work for more than ten minutes",
            "Back pain for {d} running down into the right buttock, ibuprofen not touching it",
            "Pulled something in my back lifting boxes, {d} ago, and its getting worse not better",
        ),
        _PHYSIO,
        5,
        18,
        85,
        days=(2, 60),
    ),
    Complaint(
        "Knee pain",
        (
            "Knee pain {d}, worse on the stairs and it clicks",
            "My knee is swollen after football, {d} now, still cant straighten it properly",
            "Both knees are bad, {d}. I was told it was wear and tear but its stopping me "
            "walking the dog",
        ),
        _PHYSIO,
        4,
        14,
        90,
        days=(4, 120),
    ),
    Complaint(
        "Shoulder pain",
        (
            "Frozen shoulder i think, {d}, cant get my arm up to wash my hair",
            "Shoulder has been painful {d} especially lying on it at night",
        ),
        _PHYSIO,
        3,
        30,
        90,
        days=(10, 120),
    ),
    Complaint(
        "Neck pain",
        (
            "Stiff neck {d} and headaches from it, I work at a screen all day",
            "Neck pain going into my arm with pins and needles in two fingers, {d}",
        ),
        _PHYSIO,
        2,
        18,
        80,
        days=(3, 60),
    ),
    Complaint(
        "Rash",
        (
            "Itchy red rash on {w} arms and tummy, {d}, it is spreading. I can send a photo",
            "Rash that comes and goes for {d}, antihistamines help a bit",
            "{w} skin has come up in dry sore patches behind the knees, {d}",
        ),
        _DOCTOR,
        5,
        0,
        80,
        days=(1, 30),
        urgent=0.15,
    ),
    Complaint(
        "Eczema flare",
        (
            "{w} eczema has flared up badly, {d}, scratching until it bleeds. The cream has "
            "run out",
            "Eczema much worse {d} and I think one patch is infected, its weeping",
        ),
        _DOCTOR,
        2,
        0,
        50,
        days=(3, 30),
    ),
    Complaint(
        "Mole check",
        (
            "A mole on my back has changed shape over {d} and my wife says it is darker",
            "Would like someone to look at a mole that has started itching, noticed {d} ago",
        ),
        _ROUTINE,
        2,
        18,
        90,
        days=(14, 120),
    ),
    Complaint(
        "Headaches",
        (
            "Headaches nearly every day for {d}, worse in the afternoon",
            "Migraines are back, three in {d}, the tablets dont work like they used to",
        ),
        _DOCTOR,
        4,
        10,
        75,
        days=(4, 60),
        urgent=0.15,
    ),
    Complaint(
        "Low mood",
        (
            "Ive been feeling really low for {d}. Not sleeping and crying at work for no reason",
            "Struggling with my mood since {d}, cant face going out, not sure what to ask for",
            "Things have got on top of me, {d}. Would like to talk to somebody I know",
        ),
        _ROUTINE,
        5,
        16,
        80,
        days=(10, 90),
        urgent=0.15,
    ),
    Complaint(
        "Anxiety",
        (
            "Anxiety has been awful for {d}, heart racing and I cant concentrate",
            "Panic attacks again, {d}. I had talking therapy before and would like to go back",
        ),
        _ROUTINE,
        4,
        14,
        70,
        days=(7, 90),
    ),
    Complaint(
        "Sleep problems",
        (
            "Not sleeping for {d}, awake from 3 every night",
            "Insomnia {d}. I have tried the sleep hygiene stuff and no caffeine",
        ),
        _ROUTINE,
        2,
        18,
        85,
        days=(10, 90),
    ),
    Complaint(
        "Tired all the time",
        (
            "I am exhausted all the time, {d}. Sleeping ten hours and still shattered. Blood test?",
            "Tired {d}, no energy and my hair is coming out. Mum has thyroid trouble",
        ),
        _ROUTINE,
        4,
        14,
        85,
        days=(14, 120),
    ),
    Complaint(
        "Tummy pain",
        (
            "Stomach cramps on and off for {d}, bloated after everything I eat",
            "Tummy ache {d}, mostly right hand side, comes and goes",
            "{w} tummy has been hurting before school {d}, off food as well",
        ),
        _DOCTOR,
        5,
        3,
        85,
        days=(1, 30),
        urgent=0.25,
    ),
    Complaint(
        "Heartburn",
        (
            "Acid reflux terrible for {d}, waking me up at night. Gaviscon not working any more",
            "Indigestion after every meal {d}, I am on naproxen if that matters",
        ),
        _ROUTINE,
        3,
        20,
        85,
        days=(7, 60),
    ),
    Complaint(
        "Diarrhoea",
        (
            "Diarrhoea for {d}, about six times a day, no blood, drinking plenty",
            "Upset tummy {d} since we got back from Turkey",
        ),
        _DOCTOR,
        2,
        0,
        85,
        days=(2, 12),
        urgent=0.25,
    ),
    Complaint(
        "Constipation",
        (
            "Constipated {d}, laxatives from the chemist have done nothing",
            "{w} tummy is hard and no poo for {d}",
        ),
        _ROUTINE,
        2,
        0,
        95,
        days=(4, 20),
    ),
    Complaint(
        "Fever in a child",
        (
            "Temp of 39.2 {d}, comes down with Calpol then straight back up. Drinking ok but "
            "clingy",
            "High temperature {d}, not herself at all, slept all day yesterday. Nursery sent "
            "her home",
        ),
        (SlotType.GP_URGENT, SlotType.PHONE_CALL),
        4,
        0,
        6,
        days=(1, 4),
        urgent=0.7,
    ),
    Complaint(
        "Chesty child",
        (
            "Bad cough and breathing a bit fast at night {d}, still feeding but less than usual",
            "Chesty again {d}, blue inhaler every four hours since last night",
        ),
        (SlotType.GP_URGENT, SlotType.PHONE_CALL),
        2,
        0,
        9,
        days=(1, 6),
        urgent=0.6,
    ),
    Complaint(
        "Asthma worse",
        (
            "My asthma is playing up {d}, using the blue inhaler 5 or 6 times a day",
            "Wheezy {d}, think I need steroids like last winter",
        ),
        _DOCTOR,
        3,
        5,
        75,
        days=(1, 10),
        urgent=0.5,
    ),
    Complaint(
        "Dizzy spells",
        (
            "Dizzy when I get up or turn over in bed, {d}. Room spins for a minute",
            "Lightheaded on and off {d} since the new blood pressure tablet",
        ),
        _DOCTOR,
        3,
        30,
        95,
        days=(2, 21),
        urgent=0.25,
    ),
    Complaint(
        "Swollen ankles",
        (
            "Ankles swollen by the evening, {d}, socks leave a deep mark",
            "Both legs puffy {d} and a bit more breathless up the hill than I was",
        ),
        _DOCTOR,
        2,
        50,
        97,
        days=(5, 40),
        urgent=0.25,
    ),
    Complaint(
        "Eye sore and red",
        (
            "Red sticky eye {d}, glued shut this morning",
            "{w} eye is sore and watery {d}, chemist said to ask you",
        ),
        _DOCTOR,
        3,
        0,
        85,
        days=(1, 6),
        urgent=0.25,
    ),
    Complaint(
        "Sinus pain",
        (
            "Blocked sinuses and face pain {d}, teeth ache as well",
            "Sinusitis {d}, steam and sprays not shifting it",
        ),
        _DOCTOR,
        2,
        16,
        70,
        days=(5, 20),
    ),
    Complaint(
        "Skin lump",
        (
            "Found a lump on the back of my neck {d} ago, size of a pea, moves about, not sore",
            "Lump under the skin on my arm, {d}, getting bigger slowly",
        ),
        _ROUTINE,
        2,
        18,
        85,
        days=(7, 60),
    ),
    Complaint(
        "Periods heavy",
        (
            "Periods really heavy for {d}, flooding and having to miss work",
            "Bleeding between periods for {d}, on the pill and havent missed any",
        ),
        _ROUTINE,
        3,
        14,
        52,
        True,
        (20, 120),
    ),
    Complaint(
        "Menopause",
        (
            "Hot flushes all night and brain fog, {d}. Would like to talk about HRT",
            "HRT patches: still flushing after {d}, can the dose go up please",
        ),
        (SlotType.GP_ROUTINE, SlotType.PHONE_CALL, SlotType.PHARMACIST),
        3,
        43,
        62,
        True,
        (30, 180),
    ),
    Complaint(
        "Contraception",
        (
            "I want to change my pill, mood has been bad on this one {d}",
            "Need my implant changing, it ran out {d} ago",
        ),
        (SlotType.NURSE, SlotType.GP_ROUTINE),
        3,
        16,
        48,
        True,
        (7, 60),
    ),
    Complaint(
        "Pregnant, first contact",
        (
            "Positive test this week, about {d} late. What do I do next?",
            "I am pregnant and on sertraline, should I stop it? Found out {d} ago",
        ),
        _ROUTINE,
        1,
        18,
        43,
        True,
        (4, 30),
    ),
    Complaint(
        "Prostate symptoms",
        (
            "Getting up four times a night to wee, {d}, and the flow is poor",
            "Trouble passing water {d}. Would like a PSA test",
        ),
        _ROUTINE,
        2,
        48,
        92,
        False,
        (14, 120),
    ),
    Complaint(
        "Erectile problems",
        ("Bit embarrassing, problems in the bedroom {d}. Would rather see a male doctor",),
        _ROUTINE,
        1,
        25,
        80,
        False,
        (30, 120),
    ),
    Complaint(
        "Baby feeding",
        (
            "Brings up most feeds {d} and arches back, health visitor said reflux and to ask you",
            "Not settling after milk, {d}, lots of mucus in nappies. Allergy?",
        ),
        _DOCTOR,
        2,
        0,
        1,
        days=(4, 30),
        urgent=0.3,
    ),
    Complaint(
        "Foot pain",
        (
            "Heel pain first thing in the morning, {d}, like standing on a stone",
            "Big toe red hot and swollen {d}, cant bear the sheet on it. Gout again?",
        ),
        _PHYSIO,
        3,
        25,
        85,
        days=(2, 40),
    ),
    Complaint(
        "Infected cut",
        (
            "Cut on my hand is red and hot round the edge, {d}, bit of pus",
            "Ingrown toenail infected again {d}",
        ),
        (SlotType.GP_URGENT, SlotType.NURSE, SlotType.PHONE_CALL),
        2,
        5,
        90,
        days=(1, 7),
        urgent=0.4,
    ),
    Complaint(
        "Chickenpox?",
        ("Covered in spots {d}, think its chicken pox. When can we go back to nursery",),
        _DOCTOR,
        1,
        0,
        10,
        days=(1, 4),
    ),
    Complaint(
        "Blood pressure high at home",
        (
            "Home readings {d}: 168/95, 172/98, 165/92. Do I need a higher dose?",
            "The machine says 160 over 95 most mornings, {d}",
        ),
        (SlotType.PHARMACIST, SlotType.PHONE_CALL, SlotType.GP_ROUTINE),
        3,
        40,
        90,
        days=(4, 20),
    ),
    Complaint(
        "Diabetes worries",
        (
            "Sugars running 14 to 18 for {d} even though I am careful",
            "Hypos in the night, three in {d}, 3.1 last night",
        ),
        (SlotType.GP_ROUTINE, SlotType.PHONE_CALL, SlotType.NURSE),
        2,
        25,
        85,
        days=(3, 20),
        urgent=0.3,
    ),
    Complaint(
        "Side effects of a tablet",
        (
            "Since starting the new tablet {d} ago I feel sick all the time",
            "Ankles swelling since amlodipine was started, {d}. Can I stop it?",
            "Muscles ache all over {d}, is it the statin",
        ),
        (SlotType.PHARMACIST, SlotType.PHONE_CALL),
        4,
        30,
        90,
        days=(3, 30),
    ),
    Complaint(
        "Memory problems",
        ("Worried about memory, {d}, repeating questions and lost on the way to the shop",),
        _ROUTINE,
        2,
        68,
        96,
        days=(30, 180),
    ),
    Complaint(
        "Fall at home",
        ("Slipped in the kitchen {d} ago, bruised hip, walking but sore. Should it be xrayed",),
        _DOCTOR,
        2,
        65,
        99,
        days=(1, 5),
        urgent=0.4,
    ),
    Complaint(
        "Medication review",
        ("Had a text to book a medication review, it was due {d} ago",),
        _PHARMACIST,
        6,
        30,
        95,
        days=(4, 40),
        urgent=0,
    ),
    Complaint(
        "Results discussion",
        (
            "Told to make an appointment about my blood results, {d} ago",
            "Letter says my cholesterol is raised, had the test {d} ago, want to understand it",
        ),
        (SlotType.PHONE_CALL, SlotType.GP_ROUTINE),
        4,
        25,
        90,
        days=(2, 14),
        urgent=0,
    ),
    Complaint(
        "Follow-up",
        ("Was asked to come back to see the same doctor, it is {d} since I was seen",),
        _ROUTINE,
        6,
        5,
        95,
        days=(7, 40),
        urgent=0,
    ),
    Complaint(
        "Smear test",
        ("I got my smear invitation {d} ago, need an appointment please, not on a Tuesday",),
        _NURSE,
        5,
        25,
        64,
        True,
        (4, 60),
        0,
    ),
    Complaint(
        "Baby immunisations",
        (
            "Baby is due the 8 week jabs, letter came {d} ago",
            "Needs 1 year vaccinations, missed the last date {d} ago because of a cold",
        ),
        _NURSE,
        5,
        0,
        3,
        days=(2, 20),
        urgent=0,
    ),
    Complaint(
        "Dressing change",
        ("Leg dressing needs changing, last done {d} ago at the hospital",),
        _NURSE,
        5,
        45,
        97,
        days=(2, 5),
        urgent=0.1,
    ),
    Complaint(
        "Asthma review",
        ("Got a text that my asthma review is due, {d} ago",),
        _NURSE,
        4,
        6,
        80,
        days=(4, 40),
        urgent=0,
    ),
    Complaint(
        "Diabetic review",
        ("My diabetic check is due, had the blood test {d} ago",),
        _NURSE,
        4,
        30,
        88,
        days=(4, 20),
        urgent=0,
    ),
    Complaint(
        "B12 injection",
        ("B12 injection is due, its 12 weeks, in fact {d} over",),
        _NURSE,
        3,
        35,
        92,
        days=(2, 12),
        urgent=0,
    ),
    Complaint(
        "Flu and COVID vaccine",
        ("When can I have my flu jab please, neighbour had hers {d} ago",),
        (SlotType.HCA, SlotType.NURSE),
        3,
        50,
        95,
        days=(3, 10),
        urgent=0,
    ),
    Complaint(
        "Blood test",
        (
            "Need a fasting blood test, hospital asked for it {d} ago. First thing please",
            "Bloods before my review, form dated {d} ago",
        ),
        _HCA,
        12,
        16,
        95,
        days=(2, 20),
        urgent=0,
    ),
    Complaint(
        "Blood pressure check",
        ("Need my blood pressure checking for the pill, told {d} ago",),
        _HCA,
        4,
        16,
        90,
        days=(2, 20),
        urgent=0,
    ),
    Complaint(
        "NHS health check",
        ("Letter for the over 40s health check came {d} ago",),
        _HCA,
        2,
        40,
        74,
        days=(5, 40),
        urgent=0,
    ),
    Complaint(
        "ECG", ("The doctor wants an ECG, told {d} ago",), _HCA, 2, 40, 90, days=(2, 14), urgent=0
    ),
    Complaint("Housebound review", ("Housebound",), _VISIT, 3, 75, 105, asked=False),
    Complaint("Poorly in care home", ("Poorly",), _VISIT, 2, 76, 105, asked=False),
    Complaint("Palliative visit", ("Palliative",), _VISIT, 1, 60, 105, asked=False),
    Complaint("Breathless, housebound", ("Breathless",), _VISIT, 2, 70, 105, asked=False),
)
