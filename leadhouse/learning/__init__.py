"""Learning: from a training set to rows of `lead_models`. Knows nothing of dbt.

`data` reads the training set, `training` fits, `calibration` makes probabilities of margins,
`trees` and `graph` make one ONNX graph of it all, `certificate` proves that the graph says what
the model says, and `models` writes the rows.
"""

import os

# LightGBM's threads wait for one another thousands of times a second. By default they do so at
# full speed, and on a machine that has other work (as during a dbt run) training then takes ten
# times as long. OpenMP reads this once, when LightGBM is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
