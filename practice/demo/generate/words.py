"""What patients write: plain British English, in a hurry, with the mistakes people make."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from contract.codes import RequestType
from practice.demo.generate.chance import Weighted
from practice.demo.generate.complaints import Complaint, complaint_asked, how_long
from practice.demo.generate.people import Person

MESSAGE_CHARS = 1500
"""No invented message is longer."""
SUBJECT_CHARS = 80


@dataclass(frozen=True, slots=True)
class Said:
    """One message in somebody's words.

    Attributes:
        subject: the thread's subject line.
        text: their words.
        red_flag: a phrase of danger is in it.
        urgent: they mark it urgent on the form.
        emergency: it needs 999, not a form.
        complaint: the reason line behind it, where it is clinical.
    """

    subject: str
    text: str
    red_flag: bool = False
    urgent: bool = False
    emergency: bool = False
    complaint: str = ""


_GREETING: Weighted[str] = Weighted(
    {"": 50, "Hi, ": 14, "Hello, ": 12, "Hi ": 5, "Good morning, ": 8, "Dear doctor, ": 6,
     "Hi there, ": 4, "Morning. ": 3}
)
_ENDING: Weighted[str] = Weighted(
    {"": 34, " Thanks": 14, " Thank you": 12, " Many thanks": 8, " Please help": 4, " Cheers": 3,
     " Sorry to bother you": 4, " Thank you so much": 3, " Please can someone ring me": 6,
     " Kind regards": 5, " I know you are busy, thanks": 3, " Let me know. Thanks": 4}
)
_ASKS = (
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
_DETAILS = (
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
_RED_FLAGS = (
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
_CHILD_RED_FLAGS = (
    "she is breathing very fast and sucking in under her ribs",
    "he is floppy and hard to wake",
    "no wet nappy for 12 hours",
    "there are purple spots that don't go when i press a glass on them",
    "her lips looked blue when she was coughing",
)
_EMERGENCIES = (
    "Crushing pain in the middle of my chest for 30 mins going down my left arm, sweating",
    "My husband's face has dropped on one side and he can't lift his arm, started just now",
    "I can't breathe properly, can only manage a few words at a time",
    "I have taken all my tablets, I'm sorry",
    "My throat is closing up after eating nuts and my lips are swelling",
    "Bleeding won't stop and I feel like I am going to faint",
)
_ADMIN: Weighted[tuple[str, tuple[str, ...]]] = Weighted(
    [
        (("Fit note", (
            "I need a new fit note please, the last one runs out on the {day}th. Still off with {ill}",
            "Could I get a sick note for work from the {day}th, {ill}. HR are chasing me",
            "Please extend my fit note for 2 more weeks, phased return agreed with my manager",
        )), 16),
        (("Test results", (
            "Are my blood test results back from last {weekday}? The app only says 'received'",
            "Had an xray at the hospital on the {day}th and nobody has told me the result",
            "I can see my results in the NHS App but there's an abnormal next to one, what does it mean",
        )), 15),
        (("Change of address", (
            "We have moved, new address is {number} {street}. Same phone number. Do I need to fill in a form?",
            "Please update my adress to {number} {street} and take my old mobile off",
            "I moved last month, still in the area. Can you change it on the system for me and both kids",
        )), 10),
        (("Referral chase", (
            "I was referred to {clinic} on the {day}th and have not heard anything. Can you chase?",
            "Hospital say they have no referal for me for {clinic}. {gp} said it was sent",
            "How long is the wait for {clinic} please, and can I go somewhere quicker",
        )), 14),
        (("Letter for housing", (
            "The council want a letter about my health for the housing points, can the doctor write one",
            "Need a supporting letter for PIP. What does it cost?",
        )), 6),
        (("Insurance form", (
            "My insurer sent you a form on the {day}th, has the doctor filled it in yet?",
            "Travel insurance claim form needs a stamp, can I drop it in",
        )), 5),
        (("Travel vaccines", (
            "Going to {country} in {weeks} weeks, what jabs do we need and do you do them",
            "Family of four travelling to {country}, need advice about malaria tablets",
        )), 7),
        (("Cancel appointment", (
            "Can't make my appointment on the {day}th, please cancel and give it to someone else",
            "Need to move my appointment, something has come up at work",
        )), 7),
        (("Registration", (
            "My mum is moving in with us, how does she register?",
            "New baby born on the {day}th, what do I need to bring to register him",
        )), 5),
        (("School letter", (
            "School want a note about the inhaler, can someone write one",
            "College need medical evidence for extra time in exams",
        )), 4),
        (("Contact details", (
            "New mobile number, please update. The old one is my ex partner's so please don't text it",
            "My email has changed, can you update it so I get the reminders",
        )), 5),
        (("Complaint about waiting", (
            "I waited 50 minutes past my time on {weekday} and nobody told us why. Just want it noted",
        )), 2),
        (("Pharmacy change", (
            "Please send my prescriptions to the chemist on Station Road from now on, not the one in town",
            "Change my nominated pharmacy to the one by the supermarket please",
        )), 6),
    ]
)
_ACCESS = (
    ("Access to my record", "I would like to see my full record online. I have photo ID, what else do you need"),
    ("Access to my record", "The NHS app says my practice hasn't switched on my detailed record. Can you turn it on please"),
    ("Access to my record", "please can i have access to my documents and letters, i am seeing a private consultant"),
    ("Access for a relative", "I look after my mum's tablets and appointments. How do I get proxy access for her"),
    ("Access for my child", "Can I order my son's inhalers from my own account? He is 7"),
    ("Online account", "Lost my linkage key letter, can you print it again. I can come in with my passport"),
    ("Online account", "I cant log in any more since I changed phone, it says details don't match"),
)
_THREADS = (
    ("Question after my appointment", "You said to let you know how I got on. {progress}"),
    ("Question after my appointment", "Sorry, one thing I forgot to ask. Can I drive with these tablets?"),
    ("About my tablets", "Is it ok to take the new ones with {otc}?"),
    ("About my tablets", "They gave me a different make at the chemist and it looks nothing like my usual. Is it the same thing"),
    ("Blood pressure readings", "Readings as asked: mon {bp}, tue {bp}, wed {bp}, thu {bp}"),
    ("Photo of the rash", "Here is how it looks today. {progress}"),
    ("Hospital letter", "Got a letter from {clinic} saying you should change my dose, has it reached you?"),
)
_PROGRESS = (
    "It is about the same, maybe a bit better in the mornings.",
    "Much better thank you, nearly gone.",
    "No better at all I'm afraid and now it's keeping me awake.",
    "Better but the tablets make me feel sick.",
    "It cleared up and then came back on {weekday}.",
)
_REPLIES = (
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
_ORDER_NOTES = (
    "Going away on {weekday}",
    "Nearly run out",
    "Two months please as I'm travelling",
    "Can I have the same brand as last time",
    "Down to my last 3 days",
    "Please send to the usual chemist",
    "I have enough of the others",
    "the inhaler ran out early as ive been wheezy",
)
_ORDER_RED_FLAGS = (
    "Nearly out. Also had chest pain twice this week when walking, is that the tablets?",
    "please can i have extra zopiclone I can't cope any more and dont want to be here",
    "Been coughing up a bit of blood so might need a stronger inhaler",
    "I took a few too many of these on sunday, feel ok now",
)
_FILL = {
    "clinic": ("cardiology", "dermatology", "the MSK clinic", "gynae", "ENT", "physio", "eye clinic",
               "the memory clinic", "gastro", "audiology"),
    "ill": ("my back", "stress", "after the operation", "my knee", "covid", "anxiety"),
    "country": ("India", "Thailand", "Kenya", "Ghana", "Pakistan", "Brazil", "Nigeria", "Vietnam"),
    "weekday": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "street": ("Orchard Close", "Canal Street", "Mill Lane", "Rowan Avenue", "Chapel Road"),
    "otc": ("ibuprofen", "cold and flu tablets", "St John's wort", "antihistamines", "Gaviscon"),
    "progress": _PROGRESS,
}
_SLIPS = {
    "appointment": "apointment", "definitely": "definately", "prescription": "perscription",
    "because": "becuase", "doctor": "docter", "really": "realy", "tomorrow": "tommorow",
    "diarrhoea": "diarohea", "antibiotics": "anti biotics", "receive": "recieve", "which": "wich",
    "their": "there", "weird": "wierd", "surgery": "sugery", "pharmacy": "pharmcy",
    "infection": "infecton", "swollen": "swolen", "address": "adress", "necessary": "neccessary",
    "ibuprofen": "ibruprofen", "paracetamol": "paracetomol", "breathing": "breatheing",
}
_BLANK = re.compile(r"\{(\w+)\}")


class Writer:
    """Writes in the patients' voices, drawing on one stream of chance."""

    def __init__(self, rng: Random, gp_names: dict[str, str]) -> None:
        self._rng = rng
        self._gp_names = gp_names

    def request(
        self,
        one: Person,
        kind: RequestType,
        *,
        red_flag: bool,
        emergency: bool = False,
        complaint: Complaint | None = None,
    ) -> Said:
        """A new request of *kind* about *one*, because of *complaint* where that is known."""
        makers: dict[RequestType, Callable[[Person], Said]] = {
            RequestType.APPOINTMENT: self._appointment,
            RequestType.CONSULTATION: self._consultation,
            RequestType.ADMIN: self._admin,
            RequestType.RECORDS_ACCESS: self._access,
            RequestType.THREAD: self._thread,
        }
        if emergency:
            return Said("Please help", self._finish(self._rng.choice(_EMERGENCIES), one, plain=True),
                        True, True, True, "Emergency")
        said = makers[kind](one) if complaint is None else self._clinical(one, complaint, kind)
        return self._flagged(said, one) if red_flag else said

    def reply(self, one: Person) -> str:
        """What a patient answers the practice."""
        return self._finish(self._rng.choice(_REPLIES), one, plain=True)

    def order_note(self, one: Person, *, red_flag: bool) -> str:
        """The free text beside a repeat prescription order."""
        notes = _ORDER_RED_FLAGS if red_flag else _ORDER_NOTES
        return self._finish(self._rng.choice(notes), one, plain=True)

    def by_proxy(self, said: Said, one: Person) -> Said:
        """The same, written by somebody who looks after *one*."""
        who = "my " + self._rng.choice(
            ("daughter", "little girl") if one.age < 16 and one.female
            else ("son", "little boy") if one.age < 16
            else ("mum", "nan", "wife") if one.female
            else ("dad", "grandad", "husband")
        )
        text = f"This is about {who} {one.given[0]}. {said.text}"[:MESSAGE_CHARS]
        return replace(said, text=text)

    def _appointment(self, one: Person) -> Said:
        return self._clinical(one, complaint_asked(self._rng, one), RequestType.APPOINTMENT)

    def _consultation(self, one: Person) -> Said:
        return self._clinical(one, complaint_asked(self._rng, one), RequestType.CONSULTATION)

    def _clinical(self, one: Person, complaint: Complaint, kind: RequestType) -> Said:
        rng = self._rng
        parts = [self._opening(complaint.said, one, how_long(rng, complaint))]
        if parts[0][-1] not in ".?!":
            parts[0] += "."
        if kind is RequestType.CONSULTATION:
            parts += filter(None, rng.sample(_DETAILS, rng.randint(1, 3)))
        if kind is RequestType.APPOINTMENT or rng.random() < 0.6:
            parts.append(rng.choice(_ASKS))
        return Said(
            complaint.reason.rstrip("?"),
            self._finish(" ".join(parts), one),
            urgent=rng.random() < complaint.urgent,
            complaint=complaint.reason,
        )

    def _admin(self, one: Person) -> Said:
        subject, texts = _ADMIN.draw(self._rng)
        return Said(subject, self._finish(self._rng.choice(texts), one))

    def _access(self, one: Person) -> Said:
        subject, text = self._rng.choice(_ACCESS)
        return Said(subject, self._finish(text, one))

    def _thread(self, one: Person) -> Said:
        subject, text = self._rng.choice(_THREADS)
        return Said(subject, self._finish(text, one))

    def _opening(self, said: tuple[str, ...], one: Person, long: str) -> str:
        whose = "my" if one.age >= 12 else ("her" if one.female else "his")
        text = self._rng.choice(said).replace("{d}", long).replace("{w}", whose)
        return text[0].upper() + text[1:]

    def _flagged(self, said: Said, one: Person) -> Said:
        """A phrase of danger, said in passing as people do."""
        rng = self._rng
        phrase = rng.choice(_CHILD_RED_FLAGS if one.age < 6 else _RED_FLAGS)
        join = rng.choice((" Also ", " By the way ", " Forgot to say, ", " I should mention ", " Oh and "))
        text = f"{said.text.rstrip('. ')}.{join}{phrase}."
        urgent = said.urgent or rng.random() < 0.3
        return replace(said, text=text[:MESSAGE_CHARS], red_flag=True, urgent=urgent)

    def _finish(self, text: str, one: Person, *, plain: bool = False) -> str:
        rng = self._rng
        for _ in range(2):  # a filled blank may bring one of its own
            text = _BLANK.sub(lambda found: self._fill(found[1], one), text)
        if not plain:
            greeting, ending = _GREETING.draw(rng), _ENDING.draw(rng)
            if greeting.endswith(", ") and rng.random() < 0.5 and text[1:2].islower():
                text = text[0].lower() + text[1:]
            if ending and text[-1] not in ".?!" and rng.random() < 0.6:
                text += "."
            text = f"{greeting}{text}{ending}"
        return self._as_typed(text)[:MESSAGE_CHARS]

    def _fill(self, what: str, one: Person) -> str:
        rng = self._rng
        if what == "gp":
            return self._gp_names.get(one.gp, "the doctor")
        if what == "day":
            return str(rng.choice((4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 19, 20, 24, 25, 26)))
        if what == "number":
            return str(rng.randint(2, 120))
        if what == "weeks":
            return str(rng.randint(2, 9))
        if what == "bp":
            return f"{rng.randint(124, 172)}/{rng.randint(70, 99)}"
        return rng.choice(_FILL[what])

    def _as_typed(self, text: str) -> str:
        """With the slips of a thumb: no capitals, lost apostrophes, misspelt words."""
        rng = self._rng
        style = rng.random()
        if style < 0.18:
            text = text.lower()
        elif style < 0.21:
            text = text.upper()
        if rng.random() < 0.35:
            text = text.replace("'", "")
        if rng.random() < 0.3:
            for right, wrong in _SLIPS.items():
                if right in text and rng.random() < 0.7:
                    text = text.replace(right, wrong, 1)
        if rng.random() < 0.1:
            text = text.replace(". ", " ")
        return text
