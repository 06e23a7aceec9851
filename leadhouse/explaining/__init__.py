"""Why a model says what it says: exact Shapley values of its margin."""
