using System.Globalization;
using CsvHelper;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace Tidemark.Tests.Samples;

/// <summary>The committed taxi model answers in ONNX Runtime as scikit-learn did (samples/taxi/expected.csv), for every row of three months.</summary>
public sealed class TaxiSampleTests
{
    [Theory]
    [InlineData("2019-01")]
    [InlineData("2019-02")]
    [InlineData("2020-04")]
    public void A_month_gets_the_fares_that_scikit_learn_gave(string month)
    {
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is absent (TIDEMARK_DATA or ../shared/data).");
        using var session = new InferenceSession(Taxi.Model);
        using var csv = new CsvReader(new StreamReader(Taxi.PathOf(month)), CultureInfo.InvariantCulture);
        string[] columns = [.. session.InputMetadata.Keys];
        var values = columns.ToDictionary(c => c, _ => new List<float>());
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
        {
            foreach (string column in columns) values[column].Add(csv[column] is { Length: > 0 } cell ? float.Parse(cell, CultureInfo.InvariantCulture) : float.NaN);
        }

        using var outputs = session.Run([.. values.Select(v => NamedOnnxValue.CreateFromTensor(v.Key, new DenseTensor<float>(v.Value.ToArray(), [v.Value.Count, 1])))]);

        Taxi.AssertFares(month, [.. outputs[0].AsEnumerable<float>()]);
    }
}
