using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Drift.Detectors;
using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;
using Tidemark.Platform.Monitoring;

namespace Tidemark.Feedback.Quality;

/// <summary>What is done when a rule is broken.</summary>
public enum QualityAction
{
    [JsonStringEnumMemberName("alert")]
    Alert,

    /// <summary>An alert, and a request to train anew.</summary>
    [JsonStringEnumMemberName("retrain")]
    Retrain,
}

/// <summary>A rule about a metric of a window: broken below or above a bound, or when it has dropped from its baseline.</summary>
/// <param name="Metric">Name of the metric.</param>
/// <param name="Below">Broken by less than this.</param>
/// <param name="Above">Broken by more than this.</param>
/// <param name="Drop">Broken by less than (1 - drop) times the baseline and three standard errors under it: 0.02 is two per cent.</param>
/// <param name="Certain">True: broken only where the metric's whole interval is beyond the bound.</param>
/// <param name="Action">What is done.</param>
public sealed record QualityRule(
    string Metric, double? Below = null, double? Above = null, double? Drop = null, bool Certain = false, QualityAction Action = QualityAction.Alert);

/// <summary>A detector on the stream of errors.</summary>
public sealed record DetectorChoice(string Detector, JsonElement Parameters = default);

/// <summary>How the quality of a model is watched: section <c>quality</c> of its monitoring. What is not said is found in the log or as the defaults below.</summary>
public sealed record QualityPolicy
{
    public const string Section = "quality";

    public static QualityPolicy Default { get; } = new();

    /// <value>Kind of model; default: by the outputs that the log holds.</value>
    public QualityTask? Task { get; set; }

    /// <value>Column of the log with the score of the positive class, e.g. <c>output.probabilities.1</c>.</value>
    public string? Score { get; set; }

    /// <value>Columns with the score of each class, in the order of <see cref="Classes"/>.</value>
    public IReadOnlyList<string>? Scores { get; set; }

    public IReadOnlyList<string>? Classes { get; set; }

    /// <value>Column with what was predicted, e.g. <c>output.label</c>; default: by the scores.</value>
    public string? Prediction { get; set; }

    /// <value>The positive label; default 1 or true.</value>
    public string? Positive { get; set; }

    /// <value>Score from which a row is predicted positive, where no column says so. Default 0.5.</value>
    public double Threshold { get; set; } = 0.5;

    /// <value>Columns of the log by whose values quality is told apart too, e.g. <c>input.sex</c>.</value>
    public IReadOnlyList<string> Segments { get; set; } = [];

    /// <value>Hours of a window, a divisor of 24, from midnight UTC. Default 24.</value>
    public int WindowHours { get; set; } = 24;

    /// <value>Labels of a version that a window needs before rules apply. Default 100.</value>
    public int MinLabels { get; set; } = 100;

    public IReadOnlyList<QualityRule> Rules { get; set; } =
    [
        new(MetricNames.Recall, Below: 0.85),
        new(MetricNames.Accuracy, Below: 0.80, Action: QualityAction.Retrain),
        new(MetricNames.RocAuc, Drop: 0.02, Action: QualityAction.Retrain),
    ];

    /// <value>Baselines by metric; default: the version's metrics of training, else its first labelled rows here.</value>
    public IReadOnlyDictionary<string, double> Baseline { get; set; } = new Dictionary<string, double>();

    /// <value>Metrics estimated without labels; of three and more classes means over the classes. Default ROC-AUC and accuracy.</value>
    public IReadOnlyList<string> Estimates { get; set; } = [MetricNames.RocAuc, MetricNames.Accuracy];

    /// <value>Labelled rows of a version on which estimates are fitted. Default 1,000.</value>
    public int ReferenceRows { get; set; } = 1000;

    /// <value>Least distance of estimate and truth that is an alarm, beside three standard errors. Default 0.05.</value>
    public double MinGap { get; set; } = 0.05;

    /// <value>Detectors on the stream of errors. Default ADWIN.</value>
    public IReadOnlyList<DetectorChoice> Detectors { get; set; } = [new(Adwin.Name)];

    public static Outcome<QualityPolicy> Parse(JsonElement section)
    {
        try
        {
            QualityPolicy policy = section.Deserialize(QualityJson.Default.QualityPolicy) ?? Default;
            return policy.Fault() is { } fault ? fault : policy;
        }
        catch (JsonException error)
        {
            return JsonLists.Refuse(error.Path is null or "$" ? Section : Section + error.Path[1..], $"it does not hold what belongs there: {error.Message}");
        }
    }

    internal static MonitoringSection Checked() => new(Section, section => Parse(section).Failure);

    private Failure? Fault()
    {
        if (WindowHours is < 1 or > 24 || 24 % WindowHours != 0)
            return JsonLists.Refuse($"{Section}.windowHours", $"it is {WindowHours} and should divide 24");
        if (MinLabels < 1 || ReferenceRows < 50 || MinGap < 0)
            return JsonLists.Refuse($"{Section}.minLabels", "minLabels must be at least 1, referenceRows at least 50, minGap at least 0");
        if (Rules.FirstOrDefault(rule => (rule.Below is null ? 0 : 1) + (rule.Above is null ? 0 : 1) + (rule.Drop is null ? 0 : 1) != 1) is { } rule)
            return JsonLists.Refuse($"{Section}.rules", $"the rule for '{rule.Metric}' needs exactly one of below, above and drop");
        if (Estimates.FirstOrDefault(metric => !EstimatedMetric.Names.Contains(metric)) is { } unknown)
            return JsonLists.Refuse($"{Section}.estimates", $"'{unknown}' can't be estimated; there are {string.Join(", ", EstimatedMetric.Names)}");
        if (Task == QualityTask.Multiclass && Scores is not null && Classes?.Count != Scores.Count)
            return JsonLists.Refuse($"{Section}.classes", "name the classes in the order of scores");
        return Detectors.Select(choice => DetectorCatalog.Create(choice.Detector, choice.Parameters).Failure).FirstOrDefault(failure => failure is not null);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, UseStringEnumConverter = true)]
[JsonSerializable(typeof(QualityPolicy))]
internal sealed partial class QualityJson : JsonSerializerContext;
