using Tidemark.Retraining.Measures;
using Xunit;

namespace Tidemark.Tests.Training;

/// <summary>Measures against what scikit-learn 1.2.1 gives for the same rows.</summary>
public sealed class MeasuringTests
{
    private const double Equal = 1e-12;

    [Fact]
    public void Two_classes_equal_scikit_learn_ties_included()
    {
        int[] truth = [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
        double[] scores = [0.1, 0.8, 0.35, 0.35, 0.9, 0.2, 0.6, 0.55, 0.05, 0.4, 0.4, 0.3];

        var measured = Measuring.Classification(truth, [.. scores.SelectMany(s => new[] { 1 - s, s })], 2, 0.4);

        Assert.Equal(0.8571428571428571, measured.RocAuc!.Value, Equal);
        Assert.Equal(0.8083333333333333, measured.PrAuc!.Value, Equal);
        Assert.Equal(0.4572354584276173, measured.LogLoss!.Value, Equal);
        Assert.Equal(0.15166666666666667, measured.Brier!.Value, Equal);
        Assert.Equal((2.0 / 3, 0.8, 8.0 / 11, 0.75), (measured.Precision!.Value, measured.Recall!.Value, measured.F1!.Value, measured.Accuracy!.Value));
        Assert.Equal([[5, 2], [1, 4]], measured.Confusion!);
    }

    [Fact]
    public void Three_classes_equal_scikit_learns_macro_means()
    {
        int[] truth = [0, 1, 2, 1, 0, 2, 2, 1];
        double[] p = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3, 0.1, 0.2, 0.7, 0.4, 0.35, 0.25, 0.5, 0.25, 0.25, 0.3, 0.4, 0.3, 0.05, 0.15, 0.8, 0.3, 0.6, 0.1];

        var measured = Measuring.Classification(truth, p, 3, 0.5);

        Assert.Equal(0.9666666666666667, measured.RocAuc!.Value, Equal);
        Assert.Equal(0.9444444444444443, measured.PrAuc!.Value, Equal);
        Assert.Equal(0.6551948790911785, measured.LogLoss!.Value, Equal);
        Assert.Equal(0.7555555555555555, measured.F1!.Value, Equal);
        Assert.Equal(0.7777777777777777, measured.Precision!.Value, Equal);
        Assert.Equal(0.7777777777777777, measured.Recall!.Value, Equal);
    }

    [Fact]
    public void Numbers_equal_scikit_learn()
    {
        var measured = Measuring.Regression([1, 2.5, 3, -1], [1.2, 2, 3.5, 0]);

        Assert.Equal(0.6204836822995429, measured.Rmse!.Value, Equal);
        Assert.Equal(0.55, measured.Mae!.Value, Equal);
        Assert.Equal(0.8410322580645161, measured.R2!.Value, Equal);
    }

    [Fact]
    public void The_best_threshold_has_the_best_F1_of_all()
    {
        bool[] positive = [false, true, false, true, true, false, false, true, false, true, false, false];
        double[] scores = [0.1, 0.8, 0.35, 0.35, 0.9, 0.2, 0.6, 0.55, 0.05, 0.4, 0.4, 0.3];
        double F1(double threshold)
        {
            int hits = positive.Zip(scores).Count(r => r.First && r.Second >= threshold), answered = scores.Count(s => s >= threshold);
            return 2.0 * hits / (answered + positive.Count(p => p));
        }

        double found = F1(Ranking.BestThreshold(positive, scores));

        Assert.All(scores, s => Assert.True(F1(s) <= found));
    }

    [Fact]
    public void A_score_that_is_no_number_is_refused_and_does_not_hang()
    {
        Assert.Throws<ArgumentException>(() => Ranking.RocAuc([true, false], [double.NaN, 0.5]));
        Assert.Throws<ArgumentException>(() => Ranking.AveragePrecision([true, false], [0.5, double.NaN]));
        Assert.Throws<ArgumentException>(() => Ranking.BestThreshold([true, false], [double.NaN, double.NaN]));
    }
}
