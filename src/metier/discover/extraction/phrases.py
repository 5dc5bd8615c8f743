"""What do the headings and the sentences of ads say that ask for nothing? Regular expressions, one alternative a line.

`metier.discover.extraction.boilerplate` decides with them. English, German, French and Spanish headings; sentences in
English and German. Made while reading ads of the training part of SkillSpan (Zhang et al., NAACL 2022).
"""

from __future__ import annotations


def _either(lines: str) -> str:
    """Join alternatives; a line that begins with a bar goes on with the one before."""
    stripped = (line.strip() for line in lines.splitlines())
    return "".join(line if line.startswith("|") else f"|{line}" for line in stripped if line).removeprefix("|")


_BEFORE = (
    "the|your|main|key|my|primary|job|core|essential|basic|minimum|preferred|desired|required|additional|other|technical"
    "|professional|specific|principal|day-to-day|personal"
)
_THING = (
    r"responsibilit\w+|requirements?|qualifications?|skills|duties|tasks|profile|competenc\w+|experience|education|role"
    "|position|accountabilities|technologies|tech stack|assignments?|job description|job summary|specification"
)
_AFTER = (
    r"and|&|of|for|in|the|your|our|required|needed|desired|preferred|requirements?|responsibilit\w+|qualifications?|skills"
    "|duties|tasks|experience|education|description|summary|overview|purpose|profile|role|job|team|position"
)
WORK_HEADINGS = _either(rf"""
    (?:(?:{_BEFORE})\s+)*(?:{_THING})(?:(?:\s+|\s*/\s*)(?:{_AFTER}))*
    about (?:you|the (?:role|job|position|opportunity|project)|your role)
    who (?:you are|are you|are we looking for|we(?:'|’)re looking for|we are looking for)
    what you(?:'|’)?(?:ll| will)? (?:do|be doing|bring|need|have)(?: \w+)?
    what (?:are (?:my|your) responsibilities|do i need|will you do)
    what (?:we(?:'|’)?(?:re| are)? (?:looking for|need|expect|require)|makes you)\b(?: \w+){{0,5}}
    (?:we|to succeed you|you) (?:require|expect|need|are looking for|look for|will need|should have|will have
        |must have|bring)
    (?:day[- ]to[- ]day|in this role|as an? \w+(?: \w+){{0,3}})(?:,? you(?:'|’)?(?:ll| will)?)?
    nice[- ]to[- ]haves?
    must[- ]haves?
    bonus(?: points)?(?: if| for)?(?: \w+){{0,3}}
    (?:the )?(?:ideal|successful) candidate(?: will| has| should)?
    (?:ihre?|deine?) (?:aufgaben?\w*|profil|qualifikation\w*|tätigkeit\w*|verantwortung\w*|rolle|mission)
    (?:aufgaben\w*|anforderung\w*|profil|voraussetzungen|qualifikation\w*|stellenbeschreibung|tätigkeiten)
    (?:das |was )?(?:bringst du|bringen sie|du|sie)(?: mit| mitbring\w+)
    wir (?:suchen|erwarten)
    (?:vos |votre |le |les )?(?:missions?|profil(?: recherché)?|compétences(?: requises)?|responsabilités
        |tâches|exigences|qualifications)
    (?:description )?du poste
    (?:tus? |los? |las? )?(?:funciones|requisitos|responsabilidades|perfil|tareas|competencias|habilidades
        |conocimientos)(?: del puesto| mínim[oa]s| deseables| requerid[oa]s)?
""")
"""What opens a section of tasks or demands."""

EQUALITY_HEADINGS = _either(r"""
    equal (?:employment )?opportunit\w+(?: employer)?
    (?:our commitment to )?(?:diversity|equality|inclusion)(?:(?:,? (?:and|&)|,) (?:diversity|equality|equity
        |inclusion|belonging))*
    chancengleichheit
    vielfalt
    égalité des chances
    diversité
    igualdad de oportunidades
    diversidad
""")
EQUALITY = _either(r"""
    \bequal(?:[- ]employment)?[- ]opportunit
    \bdiscriminat(?:e|ion)\b
    \bdivers(?:e|ity) (?:backgrounds|workforce|of society)
    \b(?:regardless of|without regard to|irrespective of|on the basis of|based on)\b.{0,60}\b(?:race|age
        |gender|sex|colou?r|religion|ethnic|origin|disabilit|background|protected|status)
    \breasonable (?:accommodation|adjustment)
    \b(?:reflect|value|celebrate|champion|embrace|promote|encourage|committed to|commitment to
        |believe in)\b.{0,50}\b(?:diversity|inclusi|equality)
    \b(?:diversity|equality) (?:and|&) inclusion
    \b(?:protected|minority) (?:veteran|status|class|group|attribute|characteristic)
    \b(?:all|any) qualified (?:candidates|applicants|people|persons|individuals)
    \bwelcomes? applications from
    \b(?:encouraged|encourage \w+(?: \w+){0,6}) to apply\b
    \b(?:minorities|veterans|people with disabilities)\b.{0,80}\b(?:apply|welcome)
    \bbei gleicher eignung\b
    \b(?:égalité des chances|igualdad de oportunidades|à compétences égales)\b
    \bunabhängig von (?:geschlecht|alter|herkunft)
""")

APPLICATION_HEADINGS = _either(r"""
    (?:how (?:to|do i) |ready to )apply(?: now| here)?
    (?:your )?application(?: and \w+| procedure| process| deadline| details| documents)?
    appl(?:y|ying)(?: now| here| today)?
    contact(?: us| person| information| details)?
    (?:are you )?interested
    (?:application )?deadline
    (?:(?:further|more|additional) information|questions)(?: about .*$)?
    (?:the )?(?:recruitment|hiring|selection|interview) process
    next steps
    (?:ihre |deine )?bewerbung\w*
    (?:haben wir (?:ihr|dein) )?interesse? geweckt
    kontakt
    (?:ihre? |deine? )?ansprechpartner\w*
    (?:pour |comment )postuler
    (?:votre )?candidature
    cómo (?:aplicar|postular)
    contacto
    (?:te )?interesad[oa]s?
""")
APPLICATION = _either(r"""
    \b(?:send|submit|upload|attach|enclose|forward)\b.{0,80}\b(?:application|cv|c\.v\.|resume|résumé|letter
        |curriculum)
    \bapply (?:now|online|today|here|via|through|directly|by|for this|for the|as soon)\b
    \bclick(?:ing)? (?:on )?(?:the\b|here|["'“]?apply)
    \b(?:your|the|an|online|received|of) applications? (?:deadline|must|should|is|will|received|procedure
        |process|form|package|and|to|in|by|no later)\b
    \bapplications? (?:deadline|must be|should be|are|will be|received|submitted|procedure|process|form|package)\b
    \b(?:deadline|closing date)\b.{0,40}\bappl
    \b(?:closing date|deadline) (?:for|is|:)
    \b(?:please|do not hesitate to|don['’]t hesitate to|feel free to|you can|you may) (?:contact|call|e-?mail
        |write to|reach)\b
    \b(?:cover|motivation|reference) letters?\b
    \bletters? of (?:recommendation|motivation|introduction|reference)
    \binterviews? (?:will|are|is|take|with)\b
    \bfor (?:further|more|additional|specific) (?:information|details|questions)
    \b(?:further|more|additional) (?:information|details) (?:about|on|regarding|can|is|at|:)
    \blook(?:ing)? forward to (?:hearing|receiving|your|meeting|welcoming)
    \b(?:recruitment|hiring|selection|interview) (?:process|agenc|committee)
    \bassessment (?:committee|of applicants)
    \bwe (?:will|shall) (?:reply|contact you|get back|invite)\b
    \bbackground (?:check|screening)
    \bcriminal record
    \b(?:inquiries|questions) (?:about|regarding|concerning)\b
    \b(?:envoyez|adressez|envía\w*|enviar)\b.{0,60}\b(?:cv|candidature|curr[ií]culum)
    \b(?:bewerben sie sich|bewerbungsunterlagen|anschreiben|lebenslauf|(?:ihre|deine|eine) (?:\w+ )?bewerbung)\b
""")

BENEFIT_HEADINGS = _either(r"""
    (?:that is |this is )?(?:what )?(?:do )?we (?:can )?offer(?: you)?
    what(?:'|’)s in it for (?:you|me)
    what (?:you(?:'|’)?(?:ll| will)? (?:get|receive)|can you expect|we can offer you)
    (?:(?:job|our|your|company|the|employee|staff|<\w+>) )*(?:benefits|perks)(?: (?:and|&) \w+| (?:of|for) .*
        | include)?
    compensation(?: (?:and|&) benefits)?
    (?:salary|remuneration|pay)(?: (?:and|&) .*$)?
    why (?:join )?(?:us|<\w+>)
    why (?:work (?:for|with|at)|join|you should)\b.{0,40}$
    terms (?:of|and conditions of) (?:employment|appointment)
    (?:employment |working |our )?conditions(?: of employment)?
    (?:was |das )?(?:bieten wir|wir bieten)(?: dir| ihnen)?
    das erwartet (?:dich|sie)
    unser angebot
    (?:ihre |deine )?(?:vorteile|benefits)
    (?:ce que )?nous (?:vous )?(?:offrons|proposons)
    (?:vos |les )?avantages
    rémunération
    (?:qué |lo que )?(?:te )?(?:ofrecemos|se ofrece)
    beneficios
""")
BENEFITS = _either(r"""
    \bwe (?:can )?offer (?:you )?(?:an? |the )?(?:competitive|attractive|flexible|great|good|generous
        |exciting|inspiring|informal|modern|interesting)
    \b(?:competitive|attractive|starting|annual|base|monthly|gross|basic) (?:salary|compensation|pay
        |remuneration|wage)
    \bsalary (?:range|is|will|depend|according|commensurate|supplement)
    \b(?:pension|insurance|healthcare|retirement|savings|wellness|assistance|employee assistance|referral
        |volunteer\w*) (?:scheme|plan|program|contribution|day)
    \b(?:paid|annual|parental|maternity|paternity|sick) (?:time off|holidays?|leave|vacation)
    \bdays? of (?:annual |paid )?(?:leave|holidays?|vacation)
    \b(?:free|daily|fresh|subsidi[sz]ed) (?:fruits?|lunch\w*|coffee|breakfast|snacks|drinks|parking|canteen|meals)
    \bgym\b
    \bprivate (?:healthcare|medical|health)
    \b(?:dental|health|life|medical) (?:insurance|care|coverage)
    \bflexible (?:working|work|remote|hours)
    \bcollective agreement\b
    \b(?:stock|share) (?:options?|purchase)
    \b(?:team|company|social|integration) ?(?:events|parties|outings|building events)\b
    \bcompany car\b
    \b(?:benefits|perks) (?:package|include|such)
    \b(?:terms|period|employment|appointment) (?:of|is|are) (?:employment|appointment|governed|covered)
    \bterms of\b.{0,40}\bagreement
    \b(?:401\(?k\)?|pto)(?!\w)
    \brelocation (?:assistance|support|package)
    \btuition (?:assistance|reimbursement)
    \b(?:career|personal) development (?:opportunit|through|plan|program)
    \b(?:2\d|30) days\b
    \b(?:urlaubstage|betriebliche altersvorsorge|flexible arbeitszeiten|tage urlaub)\b
""")

LEGAL_HEADINGS = _either(r"""
    (?:data )?privacy(?: policy| notice| statement)?
    data protection
    legal(?: notice)?
    disclaimer
    datenschutz\w*
    impressum
    mentions légales
    protection des données
    protección de datos
    aviso legal
""")
LEGAL = _either(r"""
    \bprivacy (?:policy|notice|statement)
    \b(?:your|personal) (?:personal )?data (?:is|are|will)\b
    \bterms (?:of use|and conditions) apply
    \ball rights reserved\b
    ©
    \bunsolicited (?:resumes|applications|cvs)
    \bapplicable (?:law|legislation)\b
    \bdatenschutzerklärung\b
""")

COOKIE_HEADINGS = r"cookies?(?: policy| notice| settings)?"
COOKIES = _either(r"""
    \b(?:uses?|accept|these|our|all) cookies\b
    \bcookie (?:policy|settings|consent)
    \benable javascript\b
    \bshare this job\b
    ^(?:date posted|likes): .{0,40}$
    ^(?:save|share|print|back to search)$
""")

COMPANY_HEADINGS = _either(r"""
    about (?:us|<\w+>|the (?:company|group|organi[sz]ation|firm|employer|university|department)|our \w+)(?: <\w+>)*
    (?:who|that is who) we are
    our (?:company|story|mission|values|culture|history|vision)
    (?:company|employer)(?: (?:description|profile|overview|information))?
    we are
    (?:research|work(?:ing)?) (?:environment|place)
    (?:working|life) at .{1,30}$
    (?:wir )?über uns
    (?:wer wir sind|das sind wir|wir sind)
    (?:unser )?unternehmen\w*
    à propos(?: de nous| de .{1,30}$)?
    qui sommes[- ]nous
    (?:l(?:'|’)|notre )entreprise
    sobre nosotros
    quiénes somos
    (?:la|nuestra) empresa
""")
COMPANY = _either(r"""
    \bfounded in \d{4}
    \b(?:is|are|as) (?:one of )?(?:the|a|an) (?:[\w-]+ ){0,4}(?:leading|leader|largest|oldest|fastest|award-winning)\b
    \b(?:approximately|approx\.|over|more than|around|about|with|employs?
        |than) [\d.,]+k?\+? ?(?:\w+ )?(?:employees|people|colleagues|students|offices|countries|customers
        |users|clients|staff|nationalities)
    \bour (?:history|mission|vision|story|headquarters|culture|values) (?:is|are|spans?|began)\b
    \bheadquartered in\b
    \b(?:world|europe|denmark|germany|uk)(?:'|’)s (?:leading|largest|most|best|biggest|oldest)
    \bwe (?:believe|recogni[sz]e) (?:that|in)\b
    \bgreat place to work\b
    \b(?:turnover|revenues?) of\b
    \b(?:gegründet|marktführer)\b
""")

DEMANDS = _either(r"""
    \bexperience (?:in|with|of|from|as|working|using|developing)\b
    \bexperienced\b
    \bknowledge (?:of|in|about)\b
    \b(?:ability|able) to\b
    \bproficien
    \bfamiliar
    \bunderstanding of\b
    \b(?:degree|master|bachelor|phd|msc|bsc)\b
    \bskills?\b
    \bfluen(?:t|cy)\b
    \b(?:must|should) (?:have|be)\b
    \byou (?:have|bring|know|enjoy|like|thrive|assist|ensure|work|take)\b
    \bexpertise (?:in|with|on)\b
    \bhands-on\b
    \bresponsib
    \b(?:requirements?|required|qualifi)
    \byou(?:['’]ll| will)(?: also)? (?!get\b|receive\b|find\b|be (?:offered|given|paid)|enjoy\b|join\b)
    \byou(?:['’]re| are) (?!welcome|offered|given|entitled)
    \bpassion
    \b(?:in|of|for|as) (?:this|a|an|the|our) (?:\w+ ){0,3}(?:role|position|job|post|engineer|developer|manager)\b
    \b(?:looking|searching) for\b
    \b(?:seek|seeking|hiring)\b
    \bjoin (?:us|our|the|a)\b
    \bwhat you will bring\b
    \b(?:erfahrung|kenntnisse)\b
""")
"""Words of a sentence that asks for something, also where a firm praises itself."""
