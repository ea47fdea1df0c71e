using System.Text.Json;
using System.Text.RegularExpressions;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Evaluation;
using Tidemark.Retraining.Measures;
using Tidemark.Retraining.Promotion;
using Tidemark.Retraining.Records;
using Tidemark.Retraining.Reports;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Training.Evaluation;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>The page of a retraining says figures with their units, keeps words whole, and draws its charts in a real browser.</summary>
public sealed class RetrainingPageTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Figures_have_their_units_and_columns_of_their_own()
    {
        string page = RetrainingPageWriter.Render(Report());

        Assert.Contains("<td class=\"n\">0.2 ms</td><td class=\"n\">10 ms</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"n\">1,000 bytes</td><td class=\"n\">104,857,600 bytes</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"w\">calibration</td>", page, StringComparison.Ordinal);
        Assert.Contains("share of right answers on the labelled rows", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draws_every_chart_and_compares_shares_only_on_the_axis_of_shares()
    {
        string page = RetrainingPageWriter.Render(Report());
        JsonElement charts = JsonSerializer.Deserialize<JsonElement>(Regex.Match(page, "id=\"charts\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value);
        string[] compared = [.. charts.GetProperty("comparison").GetProperty("data").GetProperty("values").EnumerateArray().Select(v => $"{v.GetProperty("measure")} {v.GetProperty("model")}")];
        Assert.Equal(["accuracy champion", "accuracy candidate", "brier champion", "brier candidate"], compared);

        string dom = await Browser.DomAsync(page);
        Assert.Equal(3, Regex.Count(dom, "<svg[^>]*class=\"marks\""));
        Assert.Contains(">06:00</text>", dom, StringComparison.Ordinal); // hours within a day, not the same date again and again
    }

    private static RetrainingReport Report()
    {
        static MeasureSet Measures(double accuracy, double logLoss) => new() { Rows = 400, Accuracy = accuracy, LogLoss = logLoss, Brier = 0.1, CalibrationError = 0.05 };
        ChallengerEvidence evidence = GatesTests.Good with
        {
            Champion = GatesTests.Good.Champion! with { Measures = Measures(0.5, 2.04) with { CalibrationError = null } },
            Challenger = GatesTests.Good.Challenger with { Measures = Measures(0.9, 0.4) with { CalibrationError = null } },
        };
        var row = new RetrainingRow { PartitionKey = "sensor", RowKey = "retrain-sensor-0123456789abcdef01234567", State = RetrainingState.Kept, Reason = "accuracy is below 0.8", Outcome = "Promoted.", Champion = "1", Candidate = "2", Updated = Noon };
        var data = new FrozenDataset("datasets/sensor/a.csv", new string('a', 64), 1000, 900, 900, Noon.AddHours(-1), Noon, ["heat", "fails"], [new("datasets/sensor/lab.csv", "\"0x1\"", 900)], Noon);
        var stream = new StreamCurve("1", 1, [.. Enumerable.Range(0, 12).Select(h => new StreamPoint(Noon.AddHours(h - 12), 900, 0.9, 0.5, "1"))]);
        JsonElement metrics = JsonSerializer.Deserialize<JsonElement>("""
            {"chosen": "linear", "reason": "It is the simplest.", "candidates": [
              {"name": "linear", "loss": 0.4, "standardError": 0.01, "parameters": 5, "curve": [{"step": 1, "training": 0.6, "validation": 0.7}, {"step": 2, "training": 0.5, "validation": 0.6}]}]}
            """);
        return new(RetrainingView.Of(row, Noon), data, new Judgement(evidence, Gates.Judge(GatePolicy.Default, evidence), null), metrics, stream);
    }
}
