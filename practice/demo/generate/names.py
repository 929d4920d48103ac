"""Names as one hears them in the waiting room of an English town."""

from dataclasses import dataclass
from random import Random

from faker.providers.person.en_GB import Provider as British

from practice.demo.generate.chance import Weighted


@dataclass(frozen=True, slots=True)
class Community:
    """Given names and surnames that go together, and the languages spoken beside English."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]
    language: tuple[str, str] | None = None
    three_generations: float = 0.0


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OLD_FEMALE = _words(
    "Margaret Jean Joan Doreen Maureen Sheila Brenda Beryl Edna Hilda Ivy Joyce Marjorie Norma "
    "Patricia Pauline Rita Shirley Sylvia Vera Winifred Audrey Barbara Betty Christine Dorothy "
    "Eileen Gladys Iris Irene June Kathleen Mavis Muriel Olive Phyllis Rosemary Valerie"
)
_OLD_MALE = _words(
    "Alan Albert Arthur Bernard Brian Cyril Derek Dennis Donald Douglas Eric Ernest Frank "
    "Frederick Geoffrey George Gordon Harold Herbert Jack Kenneth Leonard Leslie Norman Percy "
    "Raymond Reginald Ronald Roy Sidney Stanley Terence Thomas Trevor Victor Walter Wilfred"
)
_YOUNG_FEMALE = _words(
    "Olivia Amelia Isla Ava Ivy Freya Lily Florence Mia Willow Rosie Sophia Isabella Grace Daisy "
    "Sienna Poppy Elsie Emily Ella Evelyn Phoebe Evie Charlotte Harper Millie Matilda Maisie "
    "Sofia Emilia Luna Ada Maya Aria Penelope Thea Robyn Orla Bonnie Darcie Nancy Lottie"
)
_YOUNG_MALE = _words(
    "Noah Oliver George Arthur Muhammad Leo Harry Oscar Archie Henry Theodore Freddie Jack Charlie "
    "Theo Alfie Jacob Thomas Finley Arlo William Lucas Roman Tommy Isaac Teddy Alexander Luca "
    "Edward James Joshua Albie Elijah Max Mohammed Reuben Mason Rory Sebastian Ethan Louie Toby"
)
_BRITISH_FEMALE = tuple(dict.fromkeys(British.first_names_female))
_BRITISH_MALE = tuple(dict.fromkeys(British.first_names_male))
_BRITISH_FAMILY = tuple(dict.fromkeys(British.last_names))

BRITISH = Community(_BRITISH_FEMALE, _BRITISH_MALE, _BRITISH_FAMILY)
"""Faker's names of Great Britain; the very old and the very young have names of their time."""

_HINDU = Community(
    _words("Priya Anjali Meera Sunita Kavita Nisha Deepa Asha Hema Jyoti Rekha Pooja Diya Anika"),
    _words("Rajesh Sanjay Amit Vikram Anil Suresh Rohan Nikhil Dinesh Kishan Arjun Hitesh Jay"),
    _words("Patel Shah Mistry Desai Joshi Mehta Sharma Gupta Chauhan Solanki Parmar Modi Raval"),
    ("gu", "Gujarati"),
    0.18,
)
_SIKH = Community(
    _words("Harpreet Gurpreet Manjit Simran Jasleen Kiran Balvinder Sukhwinder Amrit Navdeep"),
    _words("Gurdeep Harjit Jaspal Manpreet Baljit Sukhdev Amarjit Kulwinder Tejinder Ranjit"),
    _words("Singh Kaur Gill Sandhu Dhillon Sidhu Bains Grewal Sahota Johal Atwal Uppal"),
    ("pa", "Punjabi"),
    0.2,
)
_PAKISTANI = Community(
    _words("Ayesha Fatima Zainab Sana Saima Nadia Shazia Rukhsana Maryam Hafsa Iqra Noor Amina"),
    _words("Mohammed Mohammad Muhammad Imran Bilal Usman Hassan Adeel Kashif Tariq Yusuf Hamza"),
    _words("Khan Ahmed Hussain Malik Iqbal Akhtar Mahmood Butt Qureshi Chaudhry Mirza Aziz Rashid"),
    ("ur", "Urdu"),
    0.2,
)
_BANGLADESHI = Community(
    _words("Rahima Shahana Nasima Taslima Farzana Sultana Rupa Tahmina Jannat Sumaiya"),
    _words("Abdul Shahid Kamal Rafiq Jamal Faruk Anwar Shofiq Nazrul Mizanur Tanvir"),
    _words("Begum Miah Uddin Rahman Islam Ali Choudhury Hoque Khatun Alam"),
    ("bn", "Bengali"),
    0.2,
)
_NIGERIAN = Community(
    _words("Ngozi Chioma Funmilayo Blessing Adaeze Temitope Yetunde Ifeoma Folake Amarachi"),
    _words("Emeka Oluwaseun Chidi Babatunde Tunde Femi Obinna Ikenna Kelechi Segun Uche"),
    _words("Okafor Adeyemi Okonkwo Balogun Adebayo Nwosu Eze Ogunleye Abiola Chukwu Obi Bello"),
    ("yo", "Yoruba"),
    0.05,
)
_GHANAIAN = Community(
    _words("Akosua Abena Efua Ama Adwoa Esi Yaa Afia Comfort Mercy"),
    _words("Kwame Kofi Kwabena Yaw Kojo Kwaku Nana Emmanuel Prince Ebenezer"),
    _words("Mensah Osei Boateng Owusu Asante Appiah Agyeman Amoah Ofori Addo"),
)
_SOMALI = Community(
    _words("Hodan Ayaan Fadumo Sahra Hibo Ifrah Khadija Nimco Sagal Deqa"),
    _words("Abdi Ahmed Mahad Liban Yusuf Abdullahi Guled Hassan Ismail Farah"),
    _words("Warsame Hirsi Abdi Jama Farah Nur Osman Yusuf Dahir Mohamud"),
    ("so", "Somali"),
    0.05,
)
_POLISH = Community(
    _words("Agnieszka Katarzyna Magdalena Anna Joanna Ewa Zofia Julia Karolina Aleksandra Hanna"),
    _words("Piotr Tomasz Krzysztof Marcin Pawel Jakub Michal Grzegorz Adam Mateusz Kacper"),
    _words("Nowak Kowalski Wojcik Kaminski Lewandowski Zielinski Szymanski Wozniak Mazur Krawczyk"),
    ("pl", "Polish"),
)
_ROMANIAN = Community(
    _words("Andreea Ioana Elena Mihaela Cristina Daniela Alexandra Roxana Simona Gabriela"),
    _words("Andrei Mihai Ionut Alexandru Cristian Florin Stefan Bogdan Marius Radu"),
    _words("Popescu Ionescu Popa Dumitru Stan Gheorghe Matei Constantin Marin Stoica"),
    ("ro", "Romanian"),
)
_CHINESE = Community(
    _words("Mei Ling Xin Yan Hui Jing Siu Wai Amy Joyce Vivian"),
    _words("Wei Ming Jun Chun Kwok Hao Raymond Kelvin Jason Eric"),
    _words("Chan Wong Li Cheung Lam Chen Wang Lau Ng Zhang Liu"),
    ("yue", "Cantonese"),
)
_IRISH = Community(
    _words("Siobhan Aoife Niamh Ciara Bridget Maeve Orla Sinead Roisin Grainne"),
    _words("Declan Padraig Cormac Eoin Brendan Fergus Conor Sean Liam Diarmuid"),
    _words(
        "O'Brien Murphy Kelly Byrne Ryan O'Connor Doyle Gallagher O'Sullivan Brennan Fitzgerald"
    ),
)
_WELSH_SCOTS = Community(
    _words("Rhiannon Carys Bethan Cerys Eilidh Morag Catriona Mairi Fiona Isla"),
    _words("Gareth Rhys Dylan Huw Ewan Hamish Callum Angus Fraser Iain"),
    _words("Llewellyn Griffiths Pritchard MacDonald Campbell McKenzie Davies-Rees Morgan Fraser"),
)
_CARIBBEAN = Community(
    _words("Shanice Marcia Yvonne Keisha Sharon Beverley Cherelle Paulette Naomi Jasmine"),
    _words("Winston Delroy Errol Marlon Jermaine Leroy Tyrone Curtis Kieron Andre"),
    _words("Campbell Brown Clarke Francis Grant Henry Lewis Morrison Powell Bennett Reid"),
)
_TURKISH_ARAB = Community(
    _words("Elif Zeynep Leyla Rania Yasmin Hala Samira Dina Esra Nour"),
    _words("Mehmet Mustafa Emre Omar Khalid Karim Ali Samir Hakan Rami"),
    _words("Yilmaz Demir Kaya Haddad Khoury Mansour Aydin Saleh Nasser Ozturk"),
    ("ar", "Arabic"),
)
_IBERIAN = Community(
    _words("Ana Maria Beatriz Ines Carmen Lucia Francesca Giulia Catarina Paula"),
    _words("Joao Miguel Pedro Carlos Diego Marco Luca Rui Antonio Javier"),
    _words("Silva Santos Ferreira Garcia Fernandez Rossi Pereira Costa Romano Oliveira"),
    ("pt", "Portuguese"),
)
_UKRAINIAN = Community(
    _words("Oksana Olena Iryna Svitlana Nataliia Yulia Daria Kateryna"),
    _words("Oleksandr Andriy Dmytro Serhiy Mykola Bohdan Taras Vasyl"),
    _words("Shevchenko Kovalenko Bondarenko Tkachenko Melnyk Kravchenko Boyko Lysenko"),
    ("uk", "Ukrainian"),
)

COMMUNITIES: Weighted[Community] = Weighted(
    [
        (BRITISH, 73.0),
        (_WELSH_SCOTS, 2.0),
        (_IRISH, 2.0),
        (_HINDU, 3.2),
        (_SIKH, 1.6),
        (_PAKISTANI, 4.0),
        (_BANGLADESHI, 1.4),
        (_NIGERIAN, 1.9),
        (_GHANAIAN, 0.8),
        (_SOMALI, 0.7),
        (_CARIBBEAN, 1.8),
        (_POLISH, 2.2),
        (_ROMANIAN, 1.2),
        (_CHINESE, 1.0),
        (_TURKISH_ARAB, 0.9),
        (_IBERIAN, 1.1),
        (_UKRAINIAN, 0.4),
    ]
)

_MIDDLE_FEMALE = _words("Jane Anne Louise Marie Elizabeth Rose May Mary Claire Ruth Grace Helen")
_MIDDLE_MALE = _words("John James William David Michael Robert Edward Peter Andrew Thomas Paul")


def given_names(rng: Random, community: Community, *, female: bool, age: int) -> list[str]:
    """First name and, for most of the British, a middle name, right for *age*."""
    pool = community.female if female else community.male
    if community is BRITISH and age >= 68 and rng.random() < 0.75:
        pool = _OLD_FEMALE if female else _OLD_MALE
    elif community is BRITISH and age <= 14 and rng.random() < 0.8:
        pool = _YOUNG_FEMALE if female else _YOUNG_MALE
    names = [rng.choice(pool)]
    if community in (BRITISH, _WELSH_SCOTS, _IRISH, _CARIBBEAN) and rng.random() < 0.6:
        middle = rng.choice(_MIDDLE_FEMALE if female else _MIDDLE_MALE)
        if middle != names[0]:
            names.append(middle)
    return names


_ALIKE = {
    "Jane": "Janet",
    "Mohammed": "Mohammad",
    "Christine": "Christina",
    "Anne": "Anna",
    "Stephen": "Steven",
    "Ann": "Anne",
    "John": "Jon",
    "Catherine": "Katherine",
    "Sara": "Sarah",
    "Lesley": "Leslie",
}


def alike(rng: Random, given: str, *, female: bool) -> str:
    """A first name that is easily taken for *given*: a near-twin's."""
    if given in _ALIKE:
        return _ALIKE[given]
    same_letter = [
        name
        for name in (_BRITISH_FEMALE if female else _BRITISH_MALE)
        if name[0] == given[0] and name != given
    ]
    return rng.choice(same_letter) if same_letter else given
