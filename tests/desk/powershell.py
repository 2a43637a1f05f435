"""The few words of PowerShell that a bundle's README uses, read by a real grammar and carried out.

No PowerShell is in any registry this project installs from. tree-sitter's grammar of it takes the
lines apart; what each piece does is written here from Microsoft's reference of Windows PowerShell
5.1 (about_Split, about_Comparison_Operators, about_Operator_Precedence, Get-Content, Test-Path,
Get-FileHash). A word, parameter or piece of grammar that is not listed is an error.
"""

import hashlib
import re
import subprocess

import tree_sitter
import tree_sitter_powershell

PARAMETERS = {
    "Get-Content": ("-Path",),
    "ForEach-Object": ("-Process",),
    "Test-Path": ("-LiteralPath",),
    "Get-FileHash": ("-Algorithm", "-LiteralPath"),
    "cmd": ("/c",),
}
ALGORITHMS = ("SHA1", "SHA256", "SHA384", "SHA512", "MD5")
SILENT = {"{", "}", "(", ")", ",", "command_argument_sep", "if", "elseif", "foreach", "in", "|"}
VARIABLE = re.compile(r"\$(\w+)")


class Unknown(Exception):
    """A piece of PowerShell that is written down nowhere here."""


def parse(text):
    """The tree of these lines. Raises ``Unknown`` where the grammar finds a fault."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    root = parser.parse(text.encode()).root_node
    if root.has_error:
        raise Unknown(text)
    return root


def run(text, folder):
    """What these lines print in a folder: a list of strings, and what `cmd` ended with."""
    shell = _Shell(folder)
    return shell.do(parse(text)), shell.ended


class _Shell:
    def __init__(self, folder):
        self.folder, self.variables, self.ended = folder, {}, None

    def do(self, node):
        inside = [one for one in node.children if one.type not in SILENT]
        found = getattr(self, f"_{node.type}", None)
        if found is not None:
            return found(node, inside)
        if len(inside) == 1:  # a step of precedence that nothing is said on
            return self.do(inside[0])
        raise Unknown(node.type)

    def _all(self, _, inside):
        return [said for one in inside for said in _listed(self.do(one))]

    _program = _statement_list = _statement_block = _script_block = _script_block_body = _all

    def _foreach_statement(self, _, inside):
        name, over, block = inside
        out = []
        for value in _listed(self.do(over)):
            self.variables[_name(name)] = value
            out += self.do(block)
        return out

    def _if_statement(self, _, inside):
        test, block, *others = inside
        if self.do(test):
            return self.do(block)
        for other in others:
            if other.type != "elseif_clauses":
                raise Unknown(other.type)
            for clause in other.children:
                test, block = (one for one in clause.children if one.type not in SILENT)
                if self.do(test):
                    return self.do(block)
        return []

    def _assignment_expression(self, _, inside):
        left, how, right = inside
        names = [name[1:] for name in left.text.decode().replace(" ", "").split(",")]
        value = self.do(right)
        if how.text == b"+=":
            value = self.variables[names[0]] + value
        values = [value] if len(names) == 1 else value
        self.variables.update(zip(names, values, strict=True))
        return []

    def _pipeline_chain(self, _, inside):
        first, *after = inside
        value = self.do(first)
        for one in after:
            value = self._command(one, None, given=_listed(value))
        return value

    def _command(self, node, _, given=()):
        word, *rest = (one for one in node.children if one.type not in SILENT)
        name, said = word.text.decode(), {}
        allowed, at = PARAMETERS[name], None
        for one in (each for part in rest for each in part.children if each.type not in SILENT):
            if one.type in ("command_parameter", "generic_token"):
                at = one.text.decode()
                if at not in allowed:
                    raise Unknown(f"{name} {at}")
            else:
                block = name == "ForEach-Object"
                said[at or allowed[0]] = one if block else self.do(one)
                at = None
        return getattr(self, "_" + name.replace("-", "_").lower())(said, given)

    def _get_content(self, said, _):
        return (self.folder / said["-Path"]).read_text("ascii").splitlines()

    def _foreach_object(self, said, given):
        out = []
        for value in given:
            self.variables["_"] = value
            out += self.do(said["-Process"])
        return out

    def _test_path(self, said, _):
        return (self.folder / said["-LiteralPath"]).exists()

    def _get_filehash(self, said, _):
        algorithm = said["-Algorithm"].upper()  # a ValidateSet takes no notice of case
        if algorithm not in ALGORITHMS:
            raise Unknown(algorithm)
        data = (self.folder / said["-LiteralPath"]).read_bytes()
        return {"Hash": hashlib.new(algorithm, data).hexdigest().upper()}

    def _cmd(self, said, _):
        done = subprocess.run(
            ["sh", "-c", said["/c"]], cwd=self.folder, capture_output=True, check=False
        )
        self.ended = done.returncode
        return done.stdout.decode().splitlines()

    def _comparison_expression(self, _, inside):
        if len(inside) == 1:
            return self.do(inside[0])
        left, how, right = inside
        value, with_ = self.do(left), self.do(right)
        match how.text.decode():
            case "-ne":
                return value.casefold() != with_.casefold()
            case "-replace":
                return re.sub(with_, "", value, flags=re.IGNORECASE)
            case "-split":
                pattern, most = with_
                return re.split(pattern, value, maxsplit=most - 1)
        raise Unknown(how.text)

    def _array_literal_expression(self, _, inside):
        values = [self.do(one) for one in inside]
        return values if len(values) > 1 else values[0]

    def _expression_with_unary_operator(self, _, inside):
        how, value = inside
        if how.text != b"!":
            raise Unknown(how.text)
        return not self.do(value)

    def _member_access(self, _, inside):
        value, _dot, name = inside
        return self.do(value)[name.text.decode()]

    def _verbatim_string_characters(self, node, _):
        return node.text.decode()[1:-1]

    def _expandable_string_literal(self, node, _):
        said = node.text.decode()[1:-1]
        return VARIABLE.sub(lambda found: str(self.variables[found[1]]), said)

    def _variable(self, node, _):
        return self.variables[_name(node)]

    def _decimal_integer_literal(self, node, _):
        return int(node.text)


def _name(node):
    return node.text.decode().removeprefix("$")


def _listed(value):
    return value if isinstance(value, list) else [value]
