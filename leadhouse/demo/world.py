"""One demo world: who lives in it, and what happened to them, before anybody looked."""

from dataclasses import dataclass

import numpy as np

from leadhouse.demo import history, population, sampling
from leadhouse.demo.history import History
from leadhouse.demo.population import Companies, People
from leadhouse.demo.vocabulary import RIVALS

PEOPLE_PER_COMPANY = 2.6


@dataclass(frozen=True)
class World:
    """People of companies with their hidden history; all else is made from it and the seed."""

    seed: int
    companies: Companies
    people: People
    history: History

    def generator(self, purpose: str) -> np.random.Generator:
        """This world's random numbers for one purpose."""
        return sampling.generator(self.seed, purpose)


def make_world(people: int, seed: int) -> World:
    """A world of so many people; the same arguments give the same world."""
    companies = population.make_companies(seed, len(RIVALS) + round(people / PEOPLE_PER_COMPANY))
    inhabitants = population.make_people(seed, people, companies)
    return World(seed, companies, inhabitants, history.simulate(seed, inhabitants, len(companies)))
