using System.Globalization;
using System.Net;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Prediction;

public sealed class InvocationsTests(SharedPredictionHost shared) : IClassFixture<SharedPredictionHost>
{
    private static string[] Warnings(Reply reply) => reply.Json.TryGetProperty("warnings", out var warnings) ? [.. warnings.EnumerateArray().Select(warning => warning.GetString()!)] : [];

    private static string Predictions(Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        return reply.Json.GetProperty("predictions").GetRawText();
    }

    [Theory]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"],"data":[[1,"fixed"],[2,"normal"]]}}""")]
    [InlineData("""{"dataframe_split":{"index":[0,1],"data":[["fixed",1],["normal",2]],"columns":["thal","age"]}}""")]
    [InlineData("""{"dataframe_records":[{"age":1,"thal":"fixed"},{"thal":"normal","age":2}]}""")]
    [InlineData("""{"instances":[{"age":1,"thal":"fixed"},{"age":2,"thal":"normal"}]}""")]
    [InlineData("""{"instances":[[1,"fixed"],[2,"normal"]]}""")]
    [InlineData("""{"inputs":[[1,"fixed"],[2,"normal"]]}""")]
    [InlineData("""{"dataframe_split":{"data":[[1,"fixed"],[2,"normal"]]}}""")]
    public async Task Columns_go_in_by_name_and_rows_come_out(string body)
    {
        var host = shared.Host;
        var reply = await host.InvokeAsync("columns", body);
        Assert.Equal("""[{"score":101,"thal_seen":"fixed"},{"score":202,"thal_seen":"normal"}]""", Predictions(reply));
        Assert.Equal("1", reply.Header("tidemark-model-version"));
        Assert.Empty(Warnings(reply));
    }

    [Fact]
    public async Task Missing_values_are_nan_and_empty_text()
    {
        var host = shared.Host;
        const string Expected = """[{"score":49,"thal_seen":""},{"score":101,"thal_seen":"fixed"}]""";
        Assert.Equal(Expected, Predictions(await host.InvokeAsync("columns", """{"dataframe_split":{"columns":["age","thal"],"data":[[null,null],[1,"fixed"]]}}""")));
        Assert.Equal(Expected, Predictions(await host.InvokeAsync("columns", """{"dataframe_records":[{},{"age":1,"thal":"fixed"}]}""")));
    }

    [Fact]
    public async Task Numbers_as_text_and_text_as_numbers_are_converted_with_a_warning()
    {
        var host = shared.Host;
        var reply = await host.InvokeAsync("columns", """{"dataframe_split":{"columns":["age","thal"],"data":[["3",3.0],["1e1",true]]}}""");
        Assert.Equal("""[{"score":2,"thal_seen":"3.0"},{"score":9,"thal_seen":"true"}]""", Predictions(reply));
        Assert.Equal(["column 'age' takes numbers; text in it was read as numbers", "column 'thal' takes text; numbers in it were taken as the text that was sent"], Warnings(reply));
    }

    [Fact]
    public async Task Extra_columns_are_ignored_with_a_warning()
    {
        var host = shared.Host;
        var split = await host.InvokeAsync("columns", """{"dataframe_split":{"columns":["age","name","thal"],"data":[[1,{"any":["thing"]},"fixed"]]},"params":{"x":1}}""");
        var records = await host.InvokeAsync("columns", """{"dataframe_records":[{"age":1,"name":[1],"thal":"fixed","é":2}]}""");
        Assert.Equal("""[{"score":101,"thal_seen":"fixed"}]""", Predictions(split));
        Assert.Equal(["\"params\" has no effect", "columns that the model does not know were ignored: \"name\""], Warnings(split));
        Assert.Equal("""[{"score":101,"thal_seen":"fixed"}]""", Predictions(records));
        Assert.Equal(["columns that the model does not know were ignored: \"name\", \"é\""], Warnings(records));
    }

    [Theory]
    [InlineData("""{"dataframe_split":{"columns":["age"],"data":[[1]]}}""", "columns: lack 'thal'")]
    [InlineData("""{"dataframe_records":[{"age":1},{"age":2}]}""", "columns: lack 'thal'")]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"],"data":[[1]]}}""", "dataframe_split.data[0]: has 1 values, there are 2 columns")]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"],"data":[[1,"a",2]]}}""", "has more than 2 values")]
    [InlineData("""{"dataframe_split":{"columns":["age","age"],"data":[[1,2]]}}""", "names 'age' a second time")]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"],"data":[["old","a"]]}}""", "dataframe_split.data[0][0]: column 'age' (old) is not a number; send null for a missing one")]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"],"data":[["NaN","a"]]}}""", "send null for a missing one")]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"],"data":[[[1],"a"]]}}""", "not an array")]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"],"data":[[NaN,"a"]]}}""", "JSON has no NaN")]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"],"data":[{"age":1}]}}""", "must be a row")]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"],"data":[]}}""", "has no row")]
    [InlineData("""{"dataframe_split":{"columns":["age","thal"]}}""", "dataframe_split.data: is missing")]
    [InlineData("""{"dataframe_split":{"columns":["age"],"columns":["thal"],"data":[[1]]}}""", "is there twice")]
    [InlineData("""{"dataframe_split":[]}""", "must be an object with columns and data")]
    [InlineData("""{"dataframe_records":[[1,"a"]]}""", "arrays belong in dataframe_split")]
    [InlineData("""{"dataframe_records":[{"age":1,"age":2,"thal":"a"}]}""", "has 'age' twice")]
    [InlineData("""{"dataframe_records":{"age":1}}""", "must be an array of rows")]
    [InlineData("""{"instances":[[1,"a"]],"inputs":[[1,"a"]]}""", "stands beside instances")]
    [InlineData("""{"rows":[]}""", "has none of dataframe_split")]
    [InlineData("[]", "must be an object")]
    [InlineData("", "The body is empty")]
    [InlineData("""{"dataframe_split":""", "not valid JSON")]
    public async Task A_bad_table_is_400_in_mlflows_words(string body, string words)
    {
        var host = shared.Host;
        var reply = await host.InvokeAsync("columns", body);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("BAD_REQUEST", reply.Json.GetProperty("error_code").GetString());
        Assert.Contains(words, reply.Json.GetProperty("message").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_matrix_takes_columns_in_order_or_by_the_names_that_the_model_gives()
    {
        await using var host = await PredictionHost.StartAsync(shelf => PredictionHost.Add(shelf, "named", Models.Linear([1, 10, 100]).Metadata("feature_names", """["a","b","c"]""")));

        Assert.Equal("[14,14]", Predictions(await host.InvokeAsync("linear", """{"dataframe_split":{"columns":["p","q","r"],"data":[[1,2,3],[1,2,3]]}}""")));
        Assert.Equal("[14]", Predictions(await host.InvokeAsync("linear", """{"instances":[[1,2,3]]}""")));
        Assert.Equal("[321]", Predictions(await host.InvokeAsync("named", """{"dataframe_split":{"columns":["c","b","a"],"data":[[3,2,1]]}}""")));
        Assert.Equal("[321,21]", Predictions(await host.InvokeAsync("named", """{"dataframe_records":[{"b":2,"a":1,"c":3},{"b":2,"c":0,"a":1}]}""")));

        var unnamed = await host.InvokeAsync("linear", """{"dataframe_records":[{"a":1}]}""");
        var tooFew = await host.InvokeAsync("linear", """{"dataframe_split":{"columns":["p","q"],"data":[[1,2]]}}""");
        Assert.Contains("has no names for its 3 columns", unnamed.Json.GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Contains("lack 2", tooFew.Json.GetProperty("message").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_values_of_whole_numbers_are_refused_and_not_finite_predictions_are_null()
    {
        await using var host = await PredictionHost.StartAsync(shelf =>
        {
            PredictionHost.Add(shelf, "whole", Models.Echo(TensorElementType.Int64, -1, 1));
            PredictionHost.Add(shelf, "real", Models.Echo(TensorElementType.Float, -1, 1));
        });

        var whole = await host.InvokeAsync("whole", """{"dataframe_split":{"columns":["in"],"data":[[null]]}}""");
        var real = await host.InvokeAsync("real", """{"dataframe_split":{"columns":["in"],"data":[[null],[2]]}}""");

        Assert.Equal(HttpStatusCode.BadRequest, whole.Status);
        Assert.Contains("INT64 has no missing value", whole.Json.GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Equal("[null,2]", Predictions(real));
        Assert.Equal(["1 values are not finite numbers and are written as null"], Warnings(real));
    }

    [Fact]
    public async Task Models_that_no_table_fits_and_unknown_models_say_so()
    {
        await using var host = await PredictionHost.StartAsync(shelf => PredictionHost.Add(shelf, "image", Models.Echo(TensorElementType.Float, -1, 2, 2)));
        var image = await host.InvokeAsync("image", """{"instances":[[1,2,3,4]]}""");
        var nobody = await host.InvokeAsync("nobody", """{"instances":[[1]]}""");
        Assert.Contains("/v2/models/image/infer", image.Json.GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, nobody.Status);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", nobody.Json.GetProperty("error_code").GetString());
    }

    [Fact]
    public async Task A_table_cut_at_any_byte_is_400()
    {
        var host = shared.Host;
        byte[] body = """{"dataframe_split":{"data":[[null,"fixed\n"],["2","é"]],"columns":["age","thal"],"index":[1]},"params":{}}"""u8.ToArray();
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/models/columns/invocations", body)).Status);
        for (int length = 0; length < body.Length; length++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await host.PostAsync("/models/columns/invocations", body[..length])).Status);
        }
    }

    [Fact]
    public async Task The_heart_model_answers_as_scikit_learn_does()
    {
        string samples = Path.Combine(Repository.Root, "samples", "heart");
        byte[] model = await File.ReadAllBytesAsync(Path.Combine(samples, "model.onnx"), TestContext.Current.CancellationToken);
        await using var host = await PredictionHost.StartAsync(shelf =>
        {
            shelf.Put("heart", "1", model);
            shelf.Champion("heart", "1");
        });

        var rows = await host.PostAsync("/models/heart/invocations", await File.ReadAllBytesAsync(Path.Combine(samples, "rows.json"), TestContext.Current.CancellationToken));
        var infer = await host.PostAsync("/v2/models/heart/infer", await File.ReadAllBytesAsync(Path.Combine(samples, "infer.json"), TestContext.Current.CancellationToken));

        var expected = File.ReadLines(Path.Combine(samples, "expected.csv")).Where(line => line.StartsWith("rows.json,", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(',')[2], CultureInfo.InvariantCulture)).ToArray();
        var predictions = rows.Json.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("probabilities")[1].GetDouble()).ToArray();
        Assert.Equal(expected.Length, predictions.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], predictions[i], 1e-5);
        var probabilities = infer.Json.GetProperty("outputs").EnumerateArray().Single(output => output.GetProperty("name").GetString() == "probabilities").GetProperty("data");
        Assert.Equal(6, probabilities.GetArrayLength());
        Assert.Equal(expected[0], probabilities[1].GetDouble(), 1e-5);
    }
}
