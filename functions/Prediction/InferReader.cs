using System.Text.Json;
using System.Text.Unicode;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Json;

namespace Tidemark.Prediction;

/// <summary>
/// Reads an inference request of the Open Inference Protocol v2 (JSON) into an <see cref="Exchange"/>, one pass, values straight into the
/// tensors. Fields may come in any order; <c>data</c> that comes before its shape is read once the shape is known. Parameters are accepted
/// and have no effect.
/// </summary>
internal ref partial struct InferReader
{
    private const int LongestId = 256;
    private const int DeepestShape = 8;

    private readonly ReadOnlySpan<byte> body;
    private readonly LoadedModel model;
    private readonly Exchange exchange;
    private readonly PredictionOptions options;
    private Utf8JsonReader json;
    private int origin; // where in the body the JSON reader began

    private InferReader(ReadOnlySpan<byte> body, LoadedModel model, Exchange exchange, PredictionOptions options)
    {
        this.body = body;
        this.model = model;
        this.exchange = exchange;
        this.options = options;
        json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = options.MaxDepth });
    }

    public static Failure? Read(ReadOnlySpan<byte> body, LoadedModel model, Exchange exchange, PredictionOptions options)
    {
        if (!Utf8.IsValid(body)) return Refusals.At("body", "is not UTF-8");
        var reader = new InferReader(body, model, exchange, options);
        try
        {
            return reader.Request() ?? reader.Whole();
        }
        catch (JsonException error)
        {
            return Refusals.At("body", JsonText.Explain(body, reader.origin + reader.json.BytesConsumed, error).TrimEnd('.'));
        }
    }

    private Failure? Request()
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return Refusals.At("body", $"must be an object with 'inputs', not {JsonText.Shown(ref json)}");

        bool id = false, inputs = false, outputs = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            Failure? failure;
            if (json.ValueTextEquals("inputs"u8)) failure = Once(ref inputs, "inputs") ?? Inputs();
            else if (json.ValueTextEquals("id"u8)) failure = Once(ref id, "id") ?? Id();
            else if (json.ValueTextEquals("outputs"u8)) failure = Once(ref outputs, "outputs") ?? Outputs();
            else failure = Ignore();
            if (failure is not null) return failure;
        }

        json.Read(); // anything after the object is an error of the JSON reader
        return inputs ? null : Refusals.At("inputs", "is missing; send the model's tensors as {\"inputs\":[{\"name\",\"shape\",\"datatype\",\"data\"}]}");
    }

    /// <summary>Every input is there.</summary>
    private readonly Failure? Whole()
    {
        for (int i = 0; i < exchange.Seen.Length; i++)
        {
            if (!exchange.Seen[i]) return Refusals.At("inputs", $"lack '{model.Inputs[i].Name}' ({DataTypes.Word(model.Inputs[i].Type)} {model.Inputs[i].ShapeText})");
        }

        exchange.RequestAllByDefault();
        return null;
    }

    private Failure? Id()
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.String) return Refusals.At("id", $"must be a string, not {JsonText.Shown(ref json)}");
        if (json.ValueSpan.Length > LongestId) return Refusals.At("id", $"is longer than {LongestId} bytes");
        // As it was written, with its quotes: valid JSON already.
        exchange.Remember(body.Slice(origin + (int)json.TokenStartIndex, json.ValueSpan.Length + 2));
        return null;
    }

    private Failure? Inputs()
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray) return Refusals.At("inputs", $"must be an array of tensors, not {JsonText.Shown(ref json)}");
        for (int i = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; i++)
        {
            if (json.TokenType != JsonTokenType.StartObject) return Refusals.At($"inputs[{i}]", $"must be an object with name, shape, datatype and data, not {JsonText.Shown(ref json)}");
            if (Input(i) is { } failure) return failure;
        }

        return null;
    }

    /// <summary>The outputs that the caller wants, each <c>{"name": …}</c>.</summary>
    private Failure? Outputs()
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.StartArray) return Refusals.At("outputs", $"must be an array, not {JsonText.Shown(ref json)}");
        for (int i = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; i++)
        {
            if (json.TokenType != JsonTokenType.StartObject) return Refusals.At($"outputs[{i}]", $"must be an object with a name, not {JsonText.Shown(ref json)}");
            if (Output(i) is { } failure) return failure;
        }

        return null;
    }

    private Failure? Output(int index)
    {
        bool named = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool name = json.ValueTextEquals("name"u8);
            var failure = name ? Once(ref named, $"outputs[{index}].name") ?? OutputName(index) : Ignore();
            if (failure is not null) return failure;
        }

        return named ? null : Refusals.At($"outputs[{index}].name", "is missing");
    }

    private Failure? OutputName(int index)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String) return Refusals.At($"outputs[{index}].name", $"must be a string, not {JsonText.Shown(ref json)}");
        for (int i = 0; i < model.OutputNames.Length; i++)
        {
            if (!json.ValueTextEquals(model.OutputNames[i])) continue;
            return exchange.Request(i) ? null : Refusals.At($"outputs[{index}].name", $"names '{model.Outputs[i].Name}' a second time");
        }

        return Refusals.At($"outputs[{index}].name", $"{JsonText.Shown(ref json)} is no output of '{model.NameText}'; its outputs are {string.Join(", ", model.Outputs.Select(output => output.Name))}");
    }

    /// <summary>Passes over a field that has no meaning here; JSON errors in it are still errors.</summary>
    private Failure? Ignore()
    {
        json.Skip();
        return null;
    }

    private static Failure? Once(ref bool seen, string field)
    {
        if (seen) return Refusals.At(field, "is there twice");
        seen = true;
        return null;
    }
}
