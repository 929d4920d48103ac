"""Phrases that patients use: openings, asks, worries, dangers, and the slips they make."""

from practice.demo.generate.chance import Weighted

GREETING: Weighted[str] = Weighted(
    {
        "": 50,
        "Hi, ": 14,
        "Hello, ": 12,
        "Hi ": 5,
        "Good morning, ": 8,
        "Dear doctor, ": 6,
        "Hi there, ": 4,
        "Morning. ": 3,
    }
)
ENDING: Weighted[str] = Weighted(
    {
        "": 34,
        " Thanks": 14,
        " Thank you": 12,
        " Many thanks": 8,
        " Please help": 4,
        " Cheers": 3,
        " Sorry to bother you": 4,
        " Thank you so much": 3,
        " Please can someone ring me": 6,
        " Kind regards": 5,
        " I know you are busy, thanks": 3,
        " Let me know. Thanks": 4,
    }
)
ASKS = (
    "Can I see someone today please?",
    "Could I have a phone call with a doctor?",
    "Would like an appointment with {gp} if possible.",
    "Any day after 3 is fine.",
    "I work shifts so mornings only please.",
    "Not urgent, next week is fine.",
    "Do I need to be seen or is there something from the chemist?",
    "Happy to see anyone.",
    "I'd rather see a female doctor.",
    "Would prefer the same doctor as last time.",
    "Can you send something to the pharmacy?",
    "Face to face please, phone is no good with my hearing.",
    "Please text me, I can't answer at work.",
    "I can come at short notice.",
    "I can send a photo if that helps.",
    "Is there anything this week?",
    "Do not ring before 10 as I'm on nights.",
    "Could it be one of the Saltmarsh appointments, I don't drive.",
)
DETAILS = (
    "It's affecting my sleep.",
    "I've had to take time off work.",
    "I have tried paracetamol and ibuprofen.",
    "No other symptoms really.",
    "Never had this before.",
    "I had the same thing last year and {gp} gave me something for it.",
    "I am not allergic to anything I know of.",
    "The pharmacist told me to contact you.",
    "My partner is worried.",
    "I feel a bit silly asking.",
    "It comes and goes.",
    "Getting worse rather than better.",
    "About the same as yesterday.",
    "I rang on Friday but gave up after 40 minutes in the queue.",
    "I'm diabetic if that makes a difference.",
    "I'm travelling on the {day}th so would like it sorted before then.",
    "Temperature is normal.",
    "Eating and drinking ok.",
    "",
    "",
    "",
)
RED_FLAGS = (
    "I have had chest pain on and off since yesterday",
    "there was blood when i coughed this morning",
    "been vomiting blood since last night, only a bit",
    "I noticed blood in my poo three times this week",
    "I've lost over a stone without trying",
    "having thoughts of ending it all and I dont know who to tell",
    "I feel suicidal some evenings",
    "my left arm has gone weak and my words came out muddled for ten minutes",
    "one side of my face drooped yesterday but it's better now",
    "short of breath just walking to the loo",
    "the worst headache of my life came on suddenly last night",
    "I found a lump in my breast",
    "my calf is swollen, hot and very painful since the flight",
    "I can't feel properly between my legs and I keep wetting myself",
    "there's a rash that doesn't fade when I press a glass on it",
    "I took more of the tablets than I should have last night",
    "black sticky poo since I started the ibuprofen",
    "the baby hasn't moved much since yesterday, I'm 34 weeks",
    "I passed out in the shower this morning",
    "blood in my wee but no pain",
    "he has hit me again and I don't feel safe at home",
    "I lost the sight in one eye for a few minutes on Sunday",
)
CHILD_RED_FLAGS = (
    "she is breathing very fast and sucking in under her ribs",
    "he is floppy and hard to wake",
    "no wet nappy for 12 hours",
    "there are purple spots that don't go when i press a glass on them",
    "her lips looked blue when she was coughing",
)
EMERGENCIES = (
    "Crushing pain in the middle of my chest for 30 mins going down my left arm, sweating",
    "My husband's face has dropped on one side and he can't lift his arm, started just now",
    "I can't breathe properly, can only manage a few words at a time",
    "I have taken all my tablets, I'm sorry",
    "My throat is closing up after eating nuts and my lips are swelling",
    "Bleeding won't stop and I feel like I am going to faint",
)
ADMIN: Weighted[tuple[str, tuple[str, ...]]] = Weighted(
    [
        (
            (
                "Fit note",
                (
                    "I need a new fit note please, the last one runs out on the {day}th. Still "
                    "off with {ill}",
                    "Could I get a sick note for work from the {day}th, {ill}. HR are chasing me",
                    "Please extend my fit note for 2 more weeks, phased return agreed with my "
                    "manager",
                ),
            ),
            16,
        ),
        (
            (
                "Test results",
                (
                    "Are my blood test results back from last {weekday}? The app only says "
                    "'received'",
                    "Had an xray at the hospital on the {day}th and nobody has told me the result",
                    "I can see my results in the NHS App but there's an abnormal next to one, "
                    "what does it mean",
                ),
            ),
            15,
        ),
        (
            (
                "Change of address",
                (
                    "We have moved, new address is {number} {street}. Same phone number. Do I "
                    "need to fill in a form?",
                    "Please update my adress to {number} {street} and take my old mobile off",
                    "I moved last month, still in the area. Can you change it on the system "
                    "for me and both kids",
                ),
            ),
            10,
        ),
        (
            (
                "Referral chase",
                (
                    "I was referred to {clinic} on the {day}th and have not heard anything. "
                    "Can you chase?",
                    "Hospital say they have no referal for me for {clinic}. {gp} said it was sent",
                    "How long is the wait for {clinic} please, and can I go somewhere quicker",
                ),
            ),
            14,
        ),
        (
            (
                "Letter for housing",
                (
                    "The council want a letter about my health for the housing points, can the "
                    "doctor write one",
                    "Need a supporting letter for PIP. What does it cost?",
                ),
            ),
            6,
        ),
        (
            (
                "Insurance form",
                (
                    "My insurer sent you a form on the {day}th, has the doctor filled it in yet?",
                    "Travel insurance claim form needs a stamp, can I drop it in",
                ),
            ),
            5,
        ),
        (
            (
                "Travel vaccines",
                (
                    "Going to {country} in {weeks} weeks, what jabs do we need and do you do them",
                    "Family of four travelling to {country}, need advice about malaria tablets",
                ),
            ),
            7,
        ),
        (
            (
                "Cancel appointment",
                (
                    "Can't make my appointment on the {day}th, please cancel and give it to "
                    "someone else",
                    "Need to move my appointment, something has come up at work",
                ),
            ),
            7,
        ),
        (
            (
                "Registration",
                (
                    "My mum is moving in with us, how does she register?",
                    "New baby born on the {day}th, what do I need to bring to register him",
                ),
            ),
            5,
        ),
        (
            (
                "School letter",
                (
                    "School want a note about the inhaler, can someone write one",
                    "College need medical evidence for extra time in exams",
                ),
            ),
            4,
        ),
        (
            (
                "Contact details",
                (
                    "New mobile number, please update. The old one is my ex partner's so "
                    "please don't text it",
                    "My email has changed, can you update it so I get the reminders",
                ),
            ),
            5,
        ),
        (
            (
                "Complaint about waiting",
                (
                    "I waited 50 minutes past my time on {weekday} and nobody told us why. "
                    "Just want it noted",
                ),
            ),
            2,
        ),
        (
            (
                "Pharmacy change",
                (
                    "Please send my prescriptions to the chemist on Station Road from now on, "
                    "not the one in town",
                    "Change my nominated pharmacy to the one by the supermarket please",
                ),
            ),
            6,
        ),
    ]
)
ACCESS = (
    (
        "Access to my record",
        "I would like to see my full record online. I have photo ID, what else do you need",
    ),
    (
        "Access to my record",
        "The NHS app says my practice hasn't switched on my detailed record. Can you turn it "
        "on please",
    ),
    (
        "Access to my record",
        "please can i have access to my documents and letters, i am seeing a private consultant",
    ),
    (
        "Access for a relative",
        "I look after my mum's tablets and appointments. How do I get proxy access for her",
    ),
    ("Access for my child", "Can I order my son's inhalers from my own account? He is 7"),
    (
        "Online account",
        "Lost my linkage key letter, can you print it again. I can come in with my passport",
    ),
    ("Online account", "I cant log in any more since I changed phone, it says details don't match"),
)
THREADS = (
    ("Question after my appointment", "You said to let you know how I got on. {progress}"),
    (
        "Question after my appointment",
        "Sorry, one thing I forgot to ask. Can I drive with these tablets?",
    ),
    ("About my tablets", "Is it ok to take the new ones with {otc}?"),
    (
        "About my tablets",
        "They gave me a different make at the chemist and it looks nothing like my usual. Is "
        "it the same thing",
    ),
    ("Blood pressure readings", "Readings as asked: mon {bp}, tue {bp}, wed {bp}, thu {bp}"),
    ("Photo of the rash", "Here is how it looks today. {progress}"),
    (
        "Hospital letter",
        "Got a letter from {clinic} saying you should change my dose, has it reached you?",
    ),
)
PROGRESS = (
    "It is about the same, maybe a bit better in the mornings.",
    "Much better thank you, nearly gone.",
    "No better at all I'm afraid and now it's keeping me awake.",
    "Better but the tablets make me feel sick.",
    "It cleared up and then came back on {weekday}.",
)
REPLIES = (
    "Thats great thank you",
    "Ok thank you, I will do that",
    "Thanks. {progress}",
    "Yes {weekday} is fine, what time?",
    "Sorry for late reply I was at work. Yes please go ahead",
    "I tried that but it didnt help, what next?",
    "Is there nothing sooner?",
    "Yes that's my correct number",
    "Ok. Do I need to come in for the results or will you message",
    "No I haven't had that test before",
    "Thank you for getting back so quickly!",
    "I am not sure what you mean by that, can someone ring me",
    "The chemist says they have not had it yet",
    "{progress}",
    "Brilliant, thanks",
    "Could it be after 4? I pick up the kids at half 3",
)
ORDER_NOTES = (
    "Going away on {weekday}",
    "Nearly run out",
    "Two months please as I'm travelling",
    "Can I have the same brand as last time",
    "Down to my last 3 days",
    "Please send to the usual chemist",
    "I have enough of the others",
    "the inhaler ran out early as ive been wheezy",
)
ORDER_RED_FLAGS = (
    "Nearly out. Also had chest pain twice this week when walking, is that the tablets?",
    "please can i have extra zopiclone I can't cope any more and dont want to be here",
    "Been coughing up a bit of blood so might need a stronger inhaler",
    "I took a few too many of these on sunday, feel ok now",
)
FILL = {
    "clinic": (
        "cardiology",
        "dermatology",
        "the MSK clinic",
        "gynae",
        "ENT",
        "physio",
        "eye clinic",
        "the memory clinic",
        "gastro",
        "audiology",
    ),
    "ill": ("my back", "stress", "after the operation", "my knee", "covid", "anxiety"),
    "country": ("India", "Thailand", "Kenya", "Ghana", "Pakistan", "Brazil", "Nigeria", "Vietnam"),
    "weekday": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "street": ("Orchard Close", "Canal Street", "Mill Lane", "Rowan Avenue", "Chapel Road"),
    "otc": ("ibuprofen", "cold and flu tablets", "St John's wort", "antihistamines", "Gaviscon"),
    "progress": PROGRESS,
}
SLIPS = {
    "appointment": "apointment",
    "definitely": "definately",
    "prescription": "perscription",
    "because": "becuase",
    "doctor": "docter",
    "really": "realy",
    "tomorrow": "tommorow",
    "diarrhoea": "diarohea",
    "antibiotics": "anti biotics",
    "receive": "recieve",
    "which": "wich",
    "their": "there",
    "weird": "wierd",
    "surgery": "sugery",
    "pharmacy": "pharmcy",
    "infection": "infecton",
    "swollen": "swolen",
    "address": "adress",
    "necessary": "neccessary",
    "ibuprofen": "ibruprofen",
    "paracetamol": "paracetomol",
    "breathing": "breatheing",
}
