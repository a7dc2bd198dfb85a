# The right response is displayed in a cell of the learner's own, the wrong answer is checked
# %% answer="convolution-corr2d"
def corr2d(X, K):
    return X
# %% own after="convolution-corr2d-answer"
def right(X, K):
    return torch.stack([torch.stack([(X[i : i + K.shape[0], j : j + K.shape[1]] * K).sum()
                                     for j in range(X.shape[1] - K.shape[1] + 1)])
                        for i in range(X.shape[0] - K.shape[0] + 1)])


score("convolution.corr2d", right)
