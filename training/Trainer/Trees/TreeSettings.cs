using Tidemark.Retraining.Contract;

namespace Tidemark.Trainer.Trees;

/// <param name="LearningRate">Share of each tree's answer that is added.</param>
/// <param name="Leaves">Most leaves of a tree.</param>
/// <param name="SmallestChild">Least sum of second derivatives in a leaf.</param>
/// <param name="Lambda">Penalty on squared leaf values.</param>
/// <param name="RowShare">Share of the rows that a tree sees.</param>
/// <param name="ColumnShare">Share of the columns that a tree sees.</param>
internal sealed record TreeSettings(double LearningRate, int Leaves, double SmallestChild, double Lambda, double RowShare, double ColumnShare)
{
    public const int MostRounds = 3000;

    /// <summary>Rounds without a better validation loss after which boosting ends.</summary>
    public int Patience => LearningRate <= 0.03 ? 80 : 40;

    public Dictionary<string, object> Words(int rounds) => new()
    {
        ["learningRate"] = LearningRate,
        ["leaves"] = Leaves,
        ["smallestChild"] = SmallestChild,
        ["lambda"] = Lambda,
        ["rowShare"] = RowShare,
        ["columnShare"] = ColumnShare,
        ["rounds"] = rounds,
    };

    /// <summary>Settings to try, the most promising first: with little data small trees and few columns, with much data larger ones.</summary>
    public static IReadOnlyList<TreeSettings> Grid(int rows, TrainingTask task)
    {
        double child = task == TrainingTask.Regression ? (rows < 2000 ? 5 : 20) : 1;
        return rows < 2000
            ?
            [
                new(0.05, 6, child, 1, 0.7, 0.5), new(0.05, 3, child, 1, 0.7, 0.5), new(0.05, 12, child, 1, 0.7, 0.3), new(0.05, 2, child, 1, 0.7, 0.5),
                new(0.05, 6, child, 5, 0.7, 0.3), new(0.1, 16, child, 1, 0.8, 0.5), new(0.03, 4, child, 3, 0.5, 0.3), new(0.05, 24, child, 1, 0.7, 0.2),
            ]
            :
            [
                new(0.1, 31, child, 1, 0.8, 0.8), new(0.05, 15, child, 1, 0.8, 0.5), new(0.05, 63, 5 * child, 1, 0.8, 0.5), new(0.05, 31, child, 5, 0.8, 0.5),
                new(0.05, 7, child, 1, 0.8, 0.8), new(0.03, 31, 5 * child, 1, 0.6, 0.4), new(0.05, 127, 10 * child, 5, 0.8, 0.5), new(0.03, 63, 10 * child, 10, 0.6, 0.3),
            ];
    }
}
