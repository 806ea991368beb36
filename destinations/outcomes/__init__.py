"""The best answer for each leaver and wave: observations, spells, sustained, waves."""
