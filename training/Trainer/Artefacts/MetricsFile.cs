using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Measures;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Artefacts;

/// <summary>metrics.json: what each candidate did on validation, why one was chosen, and what it does on test.</summary>
internal static class MetricsFile
{
    private const int SmallGroup = 30;

    /// <param name="test">Answers to the test part: the one time that it is looked at.</param>
    public static object Write(
        RunSpec spec, Dataset data, Problem problem, IReadOnlyList<Judged> all, Choice choice, Tuned tuned, Answers validation, Answers test,
        IReadOnlyList<DroppedColumn> dropped, IReadOnlyList<string> warnings, IReadOnlyList<string> skipped)
    {
        bool binary = problem.Task == TrainingTask.Binary;
        return new
        {
            contract = 1,
            task = problem.Task,
            classes = problem.ClassNames,
            threshold = binary ? tuned.Threshold : (double?)null,
            rows = new
            {
                labelled = data.Labels.Count,
                unlabelled = data.Labels.UnlabelledRows,
                training = data.Labels.RowsOf(RowSplit.Training),
                validation = data.Labels.RowsOf(RowSplit.Validation),
                test = data.Labels.RowsOf(RowSplit.Test),
            },
            validationScheme = data.Folds is null ? "holdout" : "5-fold",
            candidates = all.Select(j => new
            {
                name = j.Fitted.Name,
                loss = j.Loss,
                standardError = j.StandardError,
                parameters = j.Fitted.Model.Parameters,
                settings = j.Fitted.Settings,
                trials = j.Fitted.Trials.Select(t => new { settings = t.Settings, loss = t.Loss }),
                curve = j.Fitted.Curve.Select(p => new { step = p.Step, training = p.Training, validation = p.Validation }),
            }),
            skipped = skipped.Select(name => new { name, reason = "This trainer does not have it." }),
            chosen = choice.Chosen.Fitted.Name,
            best = choice.Best.Fitted.Name,
            reason = choice.Reason,
            calibration = new { method = spec.IsClassification ? "temperature" : "none", temperature = spec.IsClassification ? tuned.Temperature : (double?)null },
            headline = spec.Headline,
            validation = Written(validation.Measure(tuned.Threshold)),
            test = Written(test.Measure(tuned.Threshold)),
            intervals = test.Intervals(tuned.Threshold),
            groups = data.Sensitive.ToDictionary(g => g.Key, g => Groups(test, tuned.Threshold, g.Value)),
            dropped = dropped.Select(d => new { column = d.Column, reason = d.Reason }),
            warnings,
        };
    }

    private static object Groups(Answers test, double threshold, string[] texts)
    {
        var groups = Enumerable.Range(0, texts.Length).GroupBy(row => texts[row]).OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => test.Measure(threshold, [.. g]));
        var large = groups.Values.Where(g => g.Rows >= SmallGroup).ToArray();
        double? Gap(Func<MeasureSet, double?> measure)
        {
            double[] values = [.. large.Select(measure).OfType<double>()];
            return values.Length > 1 ? values.Max() - values.Min() : null;
        }

        return new
        {
            values = groups.ToDictionary(g => g.Key, g => Written(g.Value)),
            small = groups.Count - large.Length,
            gaps = test.Problem.Task == TrainingTask.Regression
                ? new Dictionary<string, double?> { ["rmse"] = Gap(g => g.Rmse), ["bias"] = Gap(g => g.Bias) }
                : new Dictionary<string, double?> { ["accuracy"] = Gap(g => g.Accuracy), ["recall"] = Gap(g => g.Recall), ["selectionRate"] = Gap(g => g.SelectionRate), ["logLoss"] = Gap(g => g.LogLoss) },
        };
    }

    /// <summary>Without measures that are not of the task.</summary>
    private static JsonObject Written(MeasureSet measures)
    {
        var node = JsonSerializer.SerializeToNode(measures, RunFolder.Json)!.AsObject();
        foreach (var (name, _) in node.Where(p => p.Value is null).ToArray()) node.Remove(name);
        return node;
    }
}
