"""A demo world: made-up leads with a known truth, to try Leadhouse on and to test it against.

The generative model is a hidden Markov model with competing risks (`chain.py`):

- *Static traits* (`population.py`): every person has a fit, a log hazard ratio that is a sum of
  effects of the company (size, industry, country, funding, technologies), the role (seniority,
  department), the source, a slow drift of quality over time, and unseen effects of company and
  person. Some are bots, students, rivals or people about to unsubscribe, who hardly ever buy.
- *Hidden state* (`chain.py`, `history.py`): interest is integer shot noise, bursts that decay;
  colleagues share an account's interest, which makes bursts of their own likelier. Wins, losses and
  disqualifications are competing hazards given traits and state. Outreach is drawn at random, made
  or withheld with a known probability, and raises the hazard of the persuadable only, for a while.
- *Emissions* (`activity.py`): visits, mailings, forms and product use are drawn given the state,
  mixed with curiosity and habits that have no part in buying.
- *Observation* (`records.py`, `crm.py`, `desk.py`, `feed.py`, `dirt.py`): the CRM's holes and
  duplicates, anonymous browsers, late arrivals, and bad rows.

Because the hidden state is a finite Markov chain, the true probability of a win within 30 days is
computed exactly, by the backward equation, for every open lead at every weekly moment (`truth.py`).
"""

from leadhouse.demo.folder import write_demo

__all__ = ["write_demo"]
