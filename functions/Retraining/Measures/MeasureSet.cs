namespace Tidemark.Retraining.Measures;

/// <summary>What a model is worth on some rows; null where a measure is not of the task or does not exist on these rows.</summary>
public sealed record MeasureSet
{
    public required int Rows { get; init; }

    public double? Accuracy { get; init; }

    public double? Precision { get; init; }

    public double? Recall { get; init; }

    public double? F1 { get; init; }

    public double? RocAuc { get; init; }

    public double? PrAuc { get; init; }

    public double? LogLoss { get; init; }

    public double? Brier { get; init; }

    public double? CalibrationError { get; init; }

    /// <summary>Share of rows of the positive class.</summary>
    public double? PositiveRate { get; init; }

    /// <summary>Share of rows answered with the positive class.</summary>
    public double? SelectionRate { get; init; }

    /// <summary>Rows of class i answered j.</summary>
    public int[][]? Confusion { get; init; }

    public double? Rmse { get; init; }

    public double? Mae { get; init; }

    public double? R2 { get; init; }

    /// <summary>Mean of prediction minus truth.</summary>
    public double? Bias { get; init; }

    /// <summary>The single figures by the names that specs and metrics.json use.</summary>
    public IEnumerable<(string Name, double Value)> Figures()
    {
        (string, double?)[] all =
        [
            ("accuracy", Accuracy), ("precision", Precision), ("recall", Recall), ("f1", F1), ("rocAuc", RocAuc), ("prAuc", PrAuc), ("logLoss", LogLoss),
            ("brier", Brier), ("calibrationError", CalibrationError), ("rmse", Rmse), ("mae", Mae), ("r2", R2),
        ];
        foreach ((string name, double? value) in all)
        {
            if (value is { } figure) yield return (name, figure);
        }
    }
}
