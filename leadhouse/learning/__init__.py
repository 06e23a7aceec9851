"""Learning: from a training set to rows of `lead_models`. Knows nothing of dbt.

`data` reads the training set. `rungs` fits what `boosting`, `logistic` and `scorecard` can learn,
`forward` as of an origin, and `ladder` tries them all and chooses, by `selection`; `calibration`
makes probabilities of margins. `graph` makes one ONNX graph of it, `certificate` proves that it
says what the model says. `models` is a whole training run, `promotion` says whether its model may
take over, `recalibration` moves one that stands, and `rows` are what `lead_models` holds.
"""

import os

# LightGBM's threads wait for one another thousands of times a second. By default they do so at
# full speed, and on a machine that has other work (as during a dbt run) training then takes ten
# times as long. OpenMP reads this once, when LightGBM is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
