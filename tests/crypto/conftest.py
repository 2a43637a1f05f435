"""How `make mutants` runs these tests: the same examples each time, none made smaller."""

import os

from hypothesis import HealthCheck, Phase, settings

if "MUTANT_UNDER_TEST" in os.environ:
    settings.register_profile(
        "bent",
        deadline=None,
        database=None,
        derandomize=True,
        max_examples=int(os.environ.get("NARU_EXAMPLES", "100")),
        phases=[Phase.explicit, Phase.generate],  # nobody reads the smallest example
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("bent")
