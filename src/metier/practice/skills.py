"""Which Skill does a practised function make, and which the policy that answers for all of them?"""

from __future__ import annotations

from dataclasses import replace

from metier.practice.strings import ALPHABET, FUNCTIONS, prompt, run
from metier.skill import Interface, Parameter, Representation, Scope, Skill, State

_LETTERS = f"A string of the letters {ALPHABET[0]} to {ALPHABET[-1]}"
_SHOWN = ("abcdef", "jihgabc")
_TEXT = Parameter(name="text", type="string", description=f"five to seven letters from {ALPHABET[0]} to {ALPHABET[-1]}")

_FUNCTIONS = Parameter(
    name="functions", type="string", description="one to three function names, in order, with blanks"
)


def function_skill(found: Skill, *, policy: str) -> Skill:
    """Make the skill of one practised string function from what was discovered of it.

    Args:
        found: The discovered skill; its name is the name of a function of `strings.FUNCTIONS`.
        policy: The name of the policy skill that executes it.

    >>> reverse = function_skill(Skill(name="reverse", description="Backwards."), policy="letterwork")
    >>> reverse.interface.fill(text="abc")
    'apply reverse to abc'
    """
    function = FUNCTIONS[found.name]
    examples = "\n".join(f"- `{text}` becomes `{run([found.name], text)}`" for text in _SHOWN)
    return replace(
        found,
        description=f"{function.definition} Use it when a string of letters is to be changed in exactly this way.",
        applicability=f"{_LETTERS} is given, and this is asked of it: {function.definition}",
        policy=f"{function.definition}\n\n{examples}\n\nThe policy skill `{policy}` has practised this: send it the "
        "call and read the letters after the last colon of its reply.",
        termination="The reply holds a colon with letters after it and nothing more.",
        interface=Interface(call=prompt([found.name], "{text}"), parameters=(_TEXT,), returns="string"),
        representation=Representation.HYBRID,
        scope=Scope.SINGLE_TOOL,
        licence="Apache-2.0",
        state=State.PRACTISED,
    )


def policy_skill(name: str, functions: tuple[str, ...], *, version: str, provenance: tuple[str, ...]) -> Skill:
    """Make the skill whose policy is a set of weights: it executes every function it has practised.

    >>> policy_skill("letterwork", ("reverse",), version="1.0.0", provenance=()).representation.value
    'policy'
    """
    return Skill(
        name=name,
        description=f"A small language model that applies up to three of {len(functions)} string functions in a row, "
        "showing each step. Use it to execute the function skills of this library, alone or composed.",
        applicability=f"{_LETTERS} is given, and one to three functions are to be applied to it.",
        policy="The weights beside this file are a `transformers` model: load them with "
        "`AutoModelForCausalLM.from_pretrained` and the tokenizer with `AutoTokenizer.from_pretrained`. Write "
        "`apply`, the functions in the order in which they are applied, `to` and the string; decode greedily.\n\n"
        "Functions: " + ", ".join(f"`{function}`" for function in functions) + ".",
        termination="The model ends its reply by itself; the answer is what follows the last colon.",
        interface=Interface(call="apply {functions} to {text}", parameters=(_TEXT, _FUNCTIONS), returns="string"),
        representation=Representation.POLICY,
        scope=Scope.SINGLE_TOOL,
        version=version,
        licence="Apache-2.0",
        concepts=functions,
        provenance=provenance,
        state=State.PRACTISED,
    )
