"""What the practice writes back, and how a request ended."""

from random import Random

from contract.codes import Outcome, RequestType
from practice.demo.generate.chance import Weighted

CLINICAL_OUTCOMES: Weighted[Outcome] = Weighted(
    {
        Outcome.BOOKED_FACE_TO_FACE: 32,
        Outcome.BOOKED_PHONE: 17,
        Outcome.BOOKED_VISIT: 1,
        Outcome.ADVICE: 16,
        Outcome.PRESCRIPTION: 10,
        Outcome.PHARMACY: 9,
        Outcome.NURSE_OR_PHYSIO: 7,
        Outcome.TEST_OR_REFERRAL: 5,
        Outcome.SELF_CARE: 3,
    }
)
_ADMIN_OUTCOMES: Weighted[Outcome] = Weighted(
    {
        Outcome.ADMIN_ANSWERED: 72,
        Outcome.FIT_NOTE: 14,
        Outcome.ADVICE: 8,
        Outcome.TEST_OR_REFERRAL: 3,
        Outcome.WITHDRAWN: 3,
    }
)
_TEXTS: dict[Outcome, tuple[str, ...]] = {
    Outcome.BOOKED_FACE_TO_FACE: (
        "Thank you for your message. We have booked you in to be seen; the time is in your "
        "account. Please tell us if you cannot come.",
        "The doctor has read your message and would like to see you. An appointment is booked, "
        "please arrive five minutes early.",
    ),
    Outcome.BOOKED_PHONE: (
        "A clinician will ring you at the booked time. The call may come from a withheld number.",
        "We have booked a telephone appointment for you. Please keep your phone near, we try "
        "twice.",
    ),
    Outcome.BOOKED_VISIT: ("The doctor will come to see you at home between 12 and 2.",),
    Outcome.ADVICE: (
        "The doctor has read your message. What you describe usually settles in one to two "
        "weeks. Please rest, drink plenty and contact us again if it gets worse or has not "
        "gone by then.",
        "Thank you, the readings look fine. Please carry on with the same dose and send them "
        "again in a month.",
        "Your results are normal and nothing needs to change.",
    ),
    Outcome.PRESCRIPTION: (
        "The doctor has sent a prescription to your usual pharmacy. It is normally ready after "
        "4 pm.",
        "A prescription has been issued. Please read the leaflet and tell us about any side "
        "effects.",
    ),
    Outcome.PHARMACY: (
        "This can be treated under Pharmacy First without a doctor. We have sent your details "
        "to your pharmacy, please go there today.",
    ),
    Outcome.NURSE_OR_PHYSIO: (
        "Our physiotherapist or nurse is the right person for this. We have booked you in, see "
        "your account for the time.",
    ),
    Outcome.TEST_OR_REFERRAL: (
        "The doctor has asked for a test. Please book it with our healthcare assistant.",
        "Your referral has been sent. The hospital will write to you.",
    ),
    Outcome.SELF_CARE: (
        "The doctor suggests self-care for now: see the NHS website for advice. Please come "
        "back to us if it has not settled in a week.",
    ),
    Outcome.ADMIN_ANSWERED: (
        "Thank you, this is done.",
        "Thank you for letting us know, we have updated your details.",
        "Your letter is ready to collect from reception.",
        "We have checked and it was sent. The hospital says the wait is about 14 weeks.",
    ),
    Outcome.FIT_NOTE: ("Your fit note has been sent to your phone by text message.",),
    Outcome.EMERGENCY_SERVICES: ("Please call 999 now. We are ringing you as well.",),
    Outcome.DUPLICATE: ("We have answered this in your other message.",),
    Outcome.WITHDRAWN: ("Thank you for telling us. We have closed this request.",),
}
QUESTIONS = (
    "Thank you. Could you tell us how long this has been going on, and send a photo if you can?",
    "Before the doctor decides: are you taking anything else at the moment?",
    "We can offer Thursday 10:20 or Friday 15:40. Which suits you?",
    "Is {mobile} still the best number to reach you on?",
    "Please could you send your weight, height and a blood pressure reading from the machine "
    "in the waiting room?",
    "Your medication review is due. Would a telephone call with our pharmacist be all right?",
    "Have you had this before, and what helped then?",
)
NOTES = (
    "Seen by Dr Grant in March for the same, please read before booking.",
    "Rang twice, no answer. Will try again after 2.",
    "Pharmacy confirms they have it.",
    "Needs interpreter, asked for one on Thursday.",
    "Mother rang as well, she is happy with a phone call.",
    "Please can duty have a look, not happy leaving this until tomorrow.",
)


def outcome_of(rng: Random, kind: RequestType, *, emergency: bool) -> Outcome:
    """How a request of *kind* ends."""
    if emergency:
        return Outcome.EMERGENCY_SERVICES
    if kind in (RequestType.APPOINTMENT, RequestType.CONSULTATION):
        return CLINICAL_OUTCOMES.draw(rng)
    if kind is RequestType.THREAD:
        return Outcome.ADVICE if rng.random() < 0.6 else Outcome.ADMIN_ANSWERED
    if kind is RequestType.RECORDS_ACCESS:
        return Outcome.ADMIN_ANSWERED
    return _ADMIN_OUTCOMES.draw(rng)


def answer(rng: Random, outcome: Outcome) -> str:
    """What the practice writes when it ends so."""
    return rng.choice(_TEXTS[outcome])


def question(rng: Random, mobile: str | None) -> str:
    """What the practice asks back."""
    return rng.choice(QUESTIONS).format(mobile=mobile or "the number we hold")
