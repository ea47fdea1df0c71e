using System.Text.Json;
using System.Text.RegularExpressions;
using Tidemark.Reports;
using Tidemark.Reports.Page;
using Tidemark.Tests.Platform;
using Xunit;

namespace Tidemark.Tests.Reports;

/// <summary>The page says the verdict first, stands alone, is readable without scripts, and draws its charts in a real browser.</summary>
public sealed class ReportPageTests
{
    private const string Attack = "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>{{security}}'\"&";

    [Fact]
    public void Says_the_verdict_first_and_why()
    {
        string page = ReportPage.Render(SampleReport.Of());
        int verdict = page.IndexOf("<p>Recall is 0.78, below 0.85. 2 of 13 inputs drift: chol, thal.</p>", StringComparison.Ordinal);
        Assert.InRange(verdict, 0, page.IndexOf("<table", StringComparison.Ordinal));
        Assert.Contains("<section class=\"verdict alarm\">", page, StringComparison.Ordinal);
        Assert.Contains("New: unknown (40.0 %)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_readable_without_scripts()
    {
        string text = Regex.Replace(ReportPage.Render(SampleReport.Of()), "<script.*?</script>", "", RegexOptions.Singleline);
        foreach (string fact in new[] { "Wasserstein, normed", "0.8123", "≥ 0.1", "1,025", "2,391", "34.0 %", "The distance 0.812 reaches 0.1.", "0.779 – 0.861", "0.9132", "datasets/heart/2026-10.csv", "ai.onnx.ml 3", "± 0.058", "29.6 %" })
            Assert.Contains(fact, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_nothing_that_came_from_data_and_asks_nobody_outside()
    {
        string page = ReportPage.Render(SampleReport.Of(name => name + Attack));
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>document", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<(script|link|img|iframe)[^>]*\s(src|href)=", page);
        Assert.Equal(4, Regex.Count(page, "</script>", RegexOptions.IgnoreCase)); // the charts' data, and three scripts of our own
        Assert.Matches("content=\"default-src 'none';[^\"]* script-src 'unsafe-eval' ('sha256-[^']+' ?){3}\"", page);
    }

    [Fact]
    public async Task Draws_every_chart_in_a_headless_browser_also_with_hostile_names()
    {
        ModelReport report = SampleReport.Of(name => name + Attack);
        string dom = await Browser.DomAsync(ReportPage.Render(report));

        int charts = report.Drift.Columns().Count() + 1 + 3 + 1; // distributions, drift over time, three metrics, calibration
        Assert.Equal(charts, Regex.Count(dom, "data-chart="));
        Assert.Equal(charts, Regex.Count(dom, "<svg[^>]*class=\"marks\""));
        Assert.DoesNotContain("could not be drawn", Regex.Replace(dom, "<script.*?</script>", "", RegexOptions.Singleline), StringComparison.Ordinal);
        Assert.DoesNotContain("<title>owned", dom, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_the_same_as_JSON_and_back()
    {
        ModelReport report = SampleReport.Of();
        string json = JsonSerializer.Serialize(report, ReportJson.Default.ModelReport);
        Assert.Equal(ReportPage.Render(report), ReportPage.Render(JsonSerializer.Deserialize(json, ReportJson.Default.ModelReport)!));
    }

    [Fact]
    public void Says_so_when_there_is_nothing_to_judge()
    {
        var drift = new DriftSection("No rows were logged.", null, 0, 0, null, null, []);
        var quality = QualitySection.None("No labels have come.");
        ModelReport report = SampleReport.Of() with { Version = null, Drift = drift, Quality = quality, Card = null, Rows = new Dictionary<string, long>(), Verdict = Verdicts.Of(drift, quality) };

        Assert.Equal(new(ReportLevel.Unknown, "Nothing can be said: no rows were logged."), (report.Verdict.Level, report.Verdict.Headline));
        Assert.Contains("No labels have come.", ReportPage.Render(report), StringComparison.Ordinal);
    }
}
