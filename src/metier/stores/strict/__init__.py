"""Would skills-ref 0.1.1, the validator of the format, accept this package, and with which words would it refuse it?

`validate` gives the strings of `skills_ref.validate`, at a tenth of the cost or less and without strictyaml. Three
modules stand behind it: `plain` reads the frontmatter that most packages have with a few regular expressions; `scanner`
and `parser` follow strictyaml 1.7.3 and the ruamel.yaml inside it token by token where it is anything else; `marks`
words what they refuse. Nothing here repairs; `metier.stores.frontmatter` does.
"""

from metier.stores.strict.validator import Refusal, load_fields, validate, validate_text

__all__ = ["Refusal", "load_fields", "validate", "validate_text"]
