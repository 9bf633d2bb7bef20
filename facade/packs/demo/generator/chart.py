"""A patient's years at the practice."""

from __future__ import annotations

from datetime import timedelta

from facade.packs.demo.generator import clinical, history
from facade.packs.demo.generator.people import Patient
from facade.packs.demo.generator.practice import Practice
from facade.packs.demo.generator.visits import visit


def write(practice: Practice, who: Patient) -> int:
    """Everything about `who` but their appointments; gives how many chronic problems they have."""
    rng, end = practice.rng, who.died or practice.today
    age = who.age(end)
    problems = [
        problem for problem in clinical.PROBLEMS if age >= problem.age and practice.odds(problem.share)
    ]
    history.coverage(practice, who, age)
    history.allergies(practice, who)
    for problem in problems:
        history.problem(practice, who, problem, end)
    history.smoking(practice, who, age, end)
    history.home_drugs(practice, who, age, end)
    history.old_vaccines(practice, who, age)
    visits = rng.randrange(1, 4) + min(len(problems), 3) + practice.odds(0.3)
    span = max((end - max(who.known, end - timedelta(days=1100))).days, 2)
    days = sorted(end - timedelta(days=rng.randrange(1, span)) for _ in range(visits))
    for number, day in enumerate(days):
        visit(practice, who, day - timedelta(days=max(0, day.weekday() - 4)), problems, first=number == 0)
    return len(problems)
