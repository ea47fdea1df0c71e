using System.Globalization;
using Tidemark.Reports;

namespace Tidemark.Tests.Reports;

/// <summary>A report as the suite makes them: thirteen inputs, two of which drift at the end of a week, labels for a part.</summary>
public static class SampleReport
{
    public static readonly DateTimeOffset Day = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Numeric = ["age", "trestbps", "chol", "thalach", "oldpeak"];
    private static readonly string[] Categorical = ["sex", "cp", "fbs", "restecg", "exang", "slope", "ca", "thal"];

    /// <param name="name">What each name of the data becomes; tests make them hostile.</param>
    public static ModelReport Of(Func<string, string>? name = null)
    {
        Func<string, string> text = name ?? (n => n);
        DriftSection drift = Drift(text);
        QualitySection quality = Quality(text);
        return new()
        {
            Id = "heart.2026112000.2026112100",
            Model = "heart",
            Version = "3",
            From = Day,
            To = Day.AddDays(1),
            Created = Day.AddHours(24.7),
            Verdict = ReportVerdict(drift, quality),
            Rows = new Dictionary<string, long> { ["3"] = 2391, ["2"] = 112 },
            Drift = drift,
            Quality = quality,
            Card = new(
                new string('a', 64), 48_213, Day.AddDays(-30), text("trainer"), text("Gradient boosting on the Cleveland heart disease data."), new Dictionary<string, long> { ["ai.onnx"] = 17, ["ai.onnx.ml"] = 3 },
                [new(text("age"), "FP32", "[-1, 1]")], [new("probabilities", "FP32", "[-1, 2]")], ["healthy", text("disease")],
                new Dictionary<string, double> { ["roc_auc"] = 0.9132, ["accuracy"] = 0.858 }, new Dictionary<string, string> { ["dataset"] = text("datasets/heart/2026-10.csv"), ["commit"] = "9f3b1c2" }, new Dictionary<string, string> { ["team"] = text("cardio") }),
        };
    }

    private static ReportVerdict ReportVerdict(DriftSection drift, QualitySection quality) => Verdicts.Of(drift, quality);

    private static DriftSection Drift(Func<string, string> text)
    {
        ColumnReport[] columns = [.. Numeric.Select((c, i) => NumberColumn(text, c, i)), .. Categorical.Select((c, i) => CategoryColumn(text, c, i))];
        var history = Enumerable.Range(0, 7 * 24).Select(h => new DriftPoint(
            Day.AddDays(-6).AddHours(h), "3", 90 + (h * 37 % 40), h >= 144 ? 0.15 : 0, false, h >= 146,
            [.. Numeric.Concat(Categorical).Select((c, i) => new ColumnStrength(text(c), h >= 144 && c is "chol" or "thal" && h >= 144 ? 1.6 + (h % 5 * 0.2) : 0.2 + (((h * 7) + (i * 13)) % 50 / 100.0), h >= 144 && c is "chol" or "thal" && h >= 144))]));
        return new(
            null, "upload", 1025, 2391,
            new(false, true, 2.0 / 13, 0.5, 0.0004, "2 of 13 columns drift (15 %); the data set drifts from 50 % on.", [.. columns.OrderByDescending(c => c.Drifted)]),
            new(false, false, 0, 0.5, 0.0001, "None of 1 columns drifts.", [NumberColumn(text, "output.confidence", 9)]),
            [.. history]);
    }

    private static ColumnReport NumberColumn(Func<string, string> text, string column, int seed)
    {
        bool drifted = column == "chol";
        var bars = Enumerable.Range(0, 24).Select(i =>
        {
            double from = 20 + (seed * 30) + (i * 4), reference = Bell(i, 11 + (seed % 3), 4.5), current = Bell(i, drifted ? 15.5 : 11.2 + (seed % 3), drifted ? 3.6 : 4.4);
            return new DistributionBar(string.Create(CultureInfo.InvariantCulture, $"{from} – {from + 4}"), from, from + 4, reference, current);
        });
        return new()
        {
            Column = text(column),
            Kind = "numeric",
            Test = "wasserstein",
            Statistic = drifted ? 0.8123 : 0.031 + (seed * 0.004),
            Threshold = 0.1,
            Drifted = drifted,
            Alarm = drifted,
            DriftedHours = drifted ? 24 : 0,
            ReferenceCount = 1025,
            CurrentCount = 2391,
            Effect = drifted ? 0.34 : 0.03,
            FalseAlarmRate = 0.0001,
            Error = 0.0035,
            MissingReference = 0,
            MissingCurrent = drifted ? 0.041 : 0,
            Reason = drifted ? "The distance 0.812 reaches 0.1." : "The distance 0.031 does not reach 0.1.",
            Distribution = new(true, [.. bars]),
        };
    }

    private static ColumnReport CategoryColumn(Func<string, string> text, string column, int seed)
    {
        bool drifted = column == "thal";
        string[] names = column is "sex" or "fbs" or "exang" ? ["0", "1"] : drifted ? ["normal", "fixed", "reversible", text("unknown")] : ["0", "1", "2", "3"];
        double[] reference = [.. names.Select((_, i) => 1.0 / (i + 1 + (seed % 2)))], current = [.. names.Select((_, i) => drifted ? i + 1.0 : 1.02 / (i + 1 + (seed % 2)))];
        if (drifted)
            reference[3] = 0;
        (double r, double c) = (reference.Sum(), current.Sum());
        return new()
        {
            Column = text(column),
            Kind = "categorical",
            Test = "jensenshannon",
            Statistic = drifted ? 0.41 : 0.012,
            Threshold = 0.1,
            Drifted = drifted,
            Alarm = drifted,
            DriftedHours = drifted ? 22 : 0,
            ReferenceCount = 1025,
            CurrentCount = 2391,
            Effect = drifted ? 0.46 : 0.01,
            FalseAlarmRate = 0.0001,
            Unseen = drifted ? [new(text("unknown"), 0.4)] : [],
            Reason = drifted ? "The distance 0.41 reaches 0.1." : "The distance 0.012 does not reach 0.1.",
            Distribution = new(false, [.. names.Select((n, i) => new DistributionBar(n, null, null, reference[i] / r, current[i] / c))]),
        };
    }

    private static QualitySection Quality(Func<string, string> text)
    {
        var history = new[] { ("roc_auc", 0.912), ("accuracy", 0.855), ("recall", 0.87) }.SelectMany(m => Enumerable.Range(0, 7).Select(d =>
        {
            double real = m.Item2 - (d == 6 ? 0.09 : 0.004 * (d % 3)), estimate = m.Item2 - (d == 6 ? 0.02 : 0.003);
            bool estimated = m.Item1 != "recall";
            return new QualityPoint(Day.AddDays(d - 6), 24, m.Item1, 410, real, real - 0.03, real + 0.03, estimated ? estimate : null, estimated ? estimate - 0.02 : null, estimated ? estimate + 0.02 : null, estimated ? m.Item2 - 0.05 : null, estimated ? m.Item2 + 0.05 : null);
        }));
        return new(
            null, 2503, 410,
            [
                new("roc_auc", 0.822, 0.779, 0.861, 0.9132, null), new("accuracy", 0.765, 0.721, 0.803, 0.858, null), new("precision", 0.74, 0.68, 0.79, null, null), new("recall", 0.78, 0.72, 0.83, null, null),
                new("f1", 0.76, 0.71, 0.8, null, null), new("brier", 0.171, 0.15, 0.19, null, null), new("calibration_error", 0.084, 0.06, 0.12, null, null), new("expected_cost", null, null, null, null, "no costs are set"),
            ],
            [new("roc_auc", 0.892, 0.822, 0.07, 0.058)],
            [
                new(ReportLevel.Alarm, "Recall is 0.78, below 0.85", "Version 3 found 78 % of the sick among 410 labelled rows (95 % interval 0.72 to 0.83)."),
                new(ReportLevel.Attention, "The estimate of ROC AUC is 0.07 above the truth", "On 410 labelled rows: 0.892 estimated, 0.822 realised; chance explains 0.058."),
            ],
            [.. Enumerable.Range(0, 10).Select(i => new CalibrationPoint(i / 10.0, (i + 1) / 10.0, 20 + (i * i), (i + 0.5) / 10, Math.Pow((i + 0.5) / 10, 1.5)))],
            new(["healthy", text("disease")], [[176L, 38L], [58L, 138L]]),
            [new("input.sex", text("0"), 130, new Dictionary<string, double?> { ["accuracy"] = 0.8, ["recall"] = 0.81 }), new("input.sex", "1", 280, new Dictionary<string, double?> { ["accuracy"] = 0.74, ["recall"] = 0.76 })],
            [.. history]);
    }

    private static double Bell(int i, double middle, double width) => Math.Exp(-Math.Pow((i - middle) / width, 2) / 2) / (width * 2.5066);
}
