from evenhand.records.extension import Override
from evenhand.records.principle import Principle


def test_an_override_may_say_everything_of_a_principle_but_its_names() -> None:
    own = {name: field.alias for name, field in Principle.model_fields.items()}
    said = {name: field.alias for name, field in Override.model_fields.items() if name != "because"}
    assert said == {name: alias for name, alias in own.items() if name not in {"id", "aliases"}}
