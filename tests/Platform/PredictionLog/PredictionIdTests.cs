using System.Text;
using Tidemark.Platform.PredictionLog;
using Xunit;

namespace Tidemark.Tests.Platform.PredictionLog;

public sealed class PredictionIdTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 13, 59, 59, 999, TimeSpan.Zero);

    [Fact]
    public void Is_a_UUID_of_version_7_that_carries_its_time_and_reads_back()
    {
        PredictionId id = PredictionId.New(Now);
        var guid = Guid.Parse(id.ToString());
        Assert.Equal((7, 0b10), (guid.Version, guid.Variant >> 2));
        Assert.Equal(Now, id.Time);
        foreach (PredictionId each in new[] { id, id.OfRow(0), id.OfRow(9_999), id.OfRow(long.MaxValue - 1) })
        {
            Assert.Equal(each, PredictionId.Parse(each.ToString()).Value);
            byte[] text = new byte[PredictionId.Longest];
            Assert.Equal(each.ToString(), Encoding.ASCII.GetString(text, 0, each.Format(text)));
        }

        Assert.Null(id.Row);
        Assert.Equal(7, id.OfRow(7).Row);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0190163d-8694-739b-aea5-966c26f8ad9")]
    [InlineData("0190163d-8694-439b-aea5-966c26f8ad91")] // version 4
    [InlineData("0190163d-8694-739b-aea5-966c26f8ad91-")]
    [InlineData("0190163d-8694-739b-aea5-966c26f8ad91--1")]
    [InlineData("0190163d-8694-739b-aea5-966c26f8ad91-1 ")]
    [InlineData("../63d-8694-739b-aea5-966c26f8ad91-1111")]
    public void Anything_else_is_refused(string text) => Assert.Contains("prediction id", PredictionId.Parse(text).Failure!.Detail, StringComparison.Ordinal);

    [Fact]
    public void Never_repeats_and_a_job_has_always_the_same()
    {
        Assert.Equal(100_000, Enumerable.Range(0, 100_000).Select(_ => PredictionId.New(Now)).Distinct().Count());
        Assert.Equal(PredictionId.OfJob("job", Now), PredictionId.OfJob("job", Now));
        Assert.NotEqual(PredictionId.OfJob("job", Now), PredictionId.OfJob("job2", Now));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Sampling_keeps_the_share_asked_for_and_the_same_ids_every_time(double rate)
    {
        PredictionId job = PredictionId.OfJob("seeded", Now);
        var rows = Enumerable.Range(0, 100_000).Select(i => job.OfRow(i)).ToList();
        int kept = rows.Count(r => r.IsSampled(rate));
        Assert.InRange(kept, (rate * 100_000) - 700, (rate * 100_000) + 700); // over 4 standard deviations
        Assert.All(rows.Where(r => r.IsSampled(rate)), r => Assert.True(r.IsSampled(Math.Min(1, 2 * rate)), "a larger rate keeps what a smaller one kept"));
        Assert.Equal(kept, rows.Select(r => PredictionId.Parse(r.ToString()).Value).Count(r => r.IsSampled(rate)));
        Assert.All(rows.Take(100), r => Assert.True(r.IsSampled(1) && !r.IsSampled(0)));
    }
}
