"""Which element, and which well-known species, does a name say? Symbols in the order of their numbers, and names."""

from __future__ import annotations

_SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb "
    "Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au "
    "Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts "
    "Og"
)
_NAMES = (
    "hydrogen helium lithium beryllium boron carbon nitrogen oxygen fluorine neon sodium magnesium aluminium silicon "
    "phosphorus sulfur chlorine argon potassium calcium scandium titanium vanadium chromium manganese iron cobalt "
    "nickel copper zinc gallium germanium arsenic selenium bromine krypton rubidium strontium yttrium zirconium "
    "niobium molybdenum technetium ruthenium rhodium palladium silver cadmium indium tin antimony tellurium iodine "
    "xenon caesium barium lanthanum cerium praseodymium neodymium promethium samarium europium gadolinium terbium "
    "dysprosium holmium erbium thulium ytterbium lutetium hafnium tantalum tungsten rhenium osmium iridium platinum "
    "gold mercury thallium lead bismuth polonium astatine radon francium radium actinium thorium protactinium uranium "
    "neptunium plutonium americium curium berkelium californium einsteinium fermium mendelevium nobelium lawrencium "
    "rutherfordium dubnium seaborgium bohrium hassium meitnerium darmstadtium roentgenium copernicium nihonium "
    "flerovium moscovium livermorium tennessine oganesson"
)
NUMBERS = {symbol: number for number, symbol in enumerate(_SYMBOLS.split(), start=1)}
"""The atomic number of each element by its symbol."""

SYMBOLS = dict(zip(_NAMES.split(), _SYMBOLS.split(), strict=True)) | {
    "aluminum": "Al",
    "sulphur": "S",
    "cesium": "Cs",
}
"""The symbol of each element by its name in lower case."""

SPECIES = {
    "water": "H2O", "ammonia": "NH3", "methane": "CH4", "carbon dioxide": "CO2", "carbon monoxide": "CO",
    "ozone": "O3", "hydrogen peroxide": "H2O2", "sulfuric acid": "H2SO4", "sulphuric acid": "H2SO4",
    "nitric acid": "HNO3", "hydrochloric acid": "HCl", "phosphoric acid": "H3PO4", "sodium chloride": "NaCl",
    "sodium hydroxide": "NaOH", "calcium carbonate": "CaCO3", "sulfur dioxide": "SO2", "sulfur trioxide": "SO3",
    "nitric oxide": "NO", "nitrogen dioxide": "NO2", "oxygen gas": "O2", "hydrogen gas": "H2", "nitrogen gas": "N2",
    "chlorine gas": "Cl2", "ammonium": "NH4^+", "hydronium": "H3O^+", "hydroxide": "OH^-", "nitrate": "NO3^-",
    "nitrite": "NO2^-", "sulfate": "SO4^2-", "sulphate": "SO4^2-", "sulfite": "SO3^2-", "sulphite": "SO3^2-",
    "carbonate": "CO3^2-", "bicarbonate": "HCO3^-", "hydrogen carbonate": "HCO3^-", "phosphate": "PO4^3-",
    "permanganate": "MnO4^-", "chromate": "CrO4^2-", "dichromate": "Cr2O7^2-", "cyanide": "CN^-", "chloride": "Cl^-",
    "bromide": "Br^-", "iodide": "I^-", "fluoride": "F^-", "oxide": "O^2-", "sulfide": "S^2-", "chlorate": "ClO3^-",
    "perchlorate": "ClO4^-", "hypochlorite": "ClO^-",
}  # fmt: skip
"""The formula of what exams call by name, with its charge behind a `^`."""
