using Tidemark.Trainer.Data;

namespace Tidemark.Trainer.Trees;

/// <summary>
/// Boosts all folds round by round and stops them together, by their mean validation loss. One number of rounds for all: were each fold
/// stopped at its own best round, the rows that judge would have chosen it, and trees would look better beside candidates whose settings
/// all folds share (Cawley and Talbot 2010, On over-fitting in model selection). With one fold it is early stopping as usual.
/// </summary>
internal sealed class BoostingOfFolds
{
    private readonly TreeSettings settings;
    private readonly Boosting[] folds;
    private readonly double[] shares;
    private double bestLoss = double.PositiveInfinity;

    public BoostingOfFolds(TreeSettings settings, (Fold Fold, Boosting Boosting)[] folds)
    {
        this.settings = settings;
        this.folds = Array.ConvertAll(folds, f => f.Boosting);
        double rows = folds.Sum(f => f.Fold.Places.Length);
        shares = Array.ConvertAll(folds, f => f.Fold.Places.Length / rows);
        Judge(0);
    }

    public Boosting this[int fold] => folds[fold];

    public int Rounds => folds[0].Rounds;

    /// <summary>Rounds whose trees are part of the model.</summary>
    public int BestRounds { get; private set; }

    public bool Finished => Rounds >= TreeSettings.MostRounds || Rounds - BestRounds >= settings.Patience;

    /// <summary>One more round of each fold.</summary>
    public void Step()
    {
        foreach (var fold in folds) fold.Step();
        Judge(Rounds);
    }

    public void Save(BinaryWriter to)
    {
        foreach (var fold in folds) fold.Save(to);
    }

    public void Load(BinaryReader from)
    {
        foreach (var fold in folds) fold.Load(from);
        for (int round = 1; round <= Rounds; round++) Judge(round);
    }

    private void Judge(int round)
    {
        double loss = 0;
        for (int f = 0; f < folds.Length; f++) loss += shares[f] * folds[f].Losses[round];
        if (loss < bestLoss) (bestLoss, BestRounds) = (loss, round);
    }
}
