using System.Globalization;
using System.Text;
using Tidemark.Drift.Checks;
using Tidemark.Drift.Profiles;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Registry;
using Tidemark.Tests.Samples;
using Xunit;

namespace Tidemark.Tests.Drift.Checks;

/// <summary>Real rides through the real check: January 2019 is the reference, what later months log is compared with it.</summary>
[Collection(DriftStorageTests.Name)]
public sealed class TaxiDriftTests(DriftStorage storage)
{
    private static readonly string Verdicts = Path.Combine(Repository.Root, "tests", "Drift", "Checks", "taxi-verdicts.txt");

    private static readonly string[] Features =
    [
        "vendor_id", "passenger_count", "trip_distance", "rate_code_id", "store_and_fwd_flag", "payment_type", "fare_amount", "extra", "mta_tax", "tip_amount",
        "tolls_amount", "improvement_surcharge", "total_amount", "congestion_surcharge",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_surcharge_of_February_2019_and_the_lockdown_of_April_2020_are_found()
    {
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is absent (TIDEMARK_DATA or ../shared/data).");
        await using var host = await DriftProcess.StartAsync(storage.ConnectionString);
        ModelName model = DriftProcess.NewModel();
        await host.SetAsync(model, """{"drift":{"policy":{"missingIsCategory":true}}}""");
        VersionCheck february = await CheckAsync(host, model, "1", "2019-02"), april = await CheckAsync(host, model, "2", "2020-04");

        Assert.All([february, april], check => Assert.Equal((10_000L, "upload"), (check.Rows, check.Reference)));
        ColumnVerdict surcharge = february.Features!.Find("congestion_surcharge")!;
        Assert.True(surcharge.Missing!.Drifted && surcharge.Alarm, surcharge.Reason);
        Assert.InRange(surcharge.Missing.Reference, 0.6, 0.66);
        Assert.Equal(0, surcharge.Missing.Current);
        Assert.All(["payment_type", "rate_code_id"], column =>
        {
            Assert.True(april.Features!.Find(column)!.Statistic > 0.1, column);
            Assert.True(april.Features!.Find(column)!.Alarm, column);
            Assert.False(february.Features!.Find(column)!.Drifted, column);
        });
        Assert.Contains(await host.AlertsAsync(model), a => a.Subject == "1/congestion_surcharge" && a.Kind == "drift");
        Assert.Equal(await File.ReadAllTextAsync(Verdicts, Stop), Table(("2019-02", february), ("2020-04", april)));
    }

    /// <summary>Two hours of the month's rides, so that what is found persists; the second check.</summary>
    private static async Task<VersionCheck> CheckAsync(DriftProcess host, ModelName model, string version, string month)
    {
        var reference = new VersionReference(model, ModelVersion.Parse(version).Value);
        var january = await host.Get<ReferenceData>().ReadAsync(reference, "upload", File.OpenRead(Taxi.PathOf("2019-01")), DataFormat.Csv, Stop);
        await host.Profiles.WriteReferenceAsync(reference, january.Value!, tag: null, Stop);
        DateTimeOffset hour = DriftProcess.Noon.AddHours(version == "1" ? 0 : 2);
        using CsvReader reader = (await CsvReader.OpenAsync(File.OpenRead(Taxi.PathOf(month)), new CsvOptions { BatchRows = 10_000 }, Stop)).Value!;
        Assert.True((await reader.ReadAsync(Stop)).Value);
        // Codes are texts to the model, as its inputs declare them; only the reference, read from CSV, takes them for numbers.
        Table inputs = new Table([.. Features.Select(f => f is "payment_type" or "rate_code_id" ? Texts(reader.Batch.Find(f)!) : reader.Batch.Find(f)!)]).Filled(reader.Batch.Rows);
        VersionCheck check = null!;
        for (int i = 0; i < 2; i++)
        {
            await host.LogAsync(model, hour.AddHours(i), inputs, new Table([]).Filled(inputs.Rows), version);
            check = Assert.Single((await host.CheckAsync(model, hour.AddHours(i))).Versions);
        }

        return check;
    }

    private static TextColumn Texts(Column codes)
    {
        var texts = new TextColumn(codes.Name);
        for (int row = 0; row < codes.Count; row++)
        {
            if (codes.IsMissing(row)) texts.AppendMissing();
            else texts.Append(Convert.ToString(codes.Cell(row), CultureInfo.InvariantCulture)!);
        }

        return texts;
    }

    private static string Table(params (string Month, VersionCheck Check)[] checks)
    {
        var text = new StringBuilder("month    column                 test               statistic threshold drifted missing before -> now\n");
        foreach (var (month, check) in checks)
        {
            foreach (ColumnVerdict c in check.Features!.Columns)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"{month}  {c.Column,-22} {c.Test,-18} {c.Statistic,9:0.0000} {c.Threshold,9:0.00} {(c.Drifted ? "yes" : "no"),-7} {c.Missing?.Reference:0.000} -> {c.Missing?.Current:0.000}\n");
            }
        }

        return text.ToString();
    }
}
