"""Training: fit, evaluate, histories, schedules, augmentation, checkpoints."""
