using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Json;

namespace Tidemark.Prediction;

/// <content>One tensor: <c>{"name":…,"shape":[…],"datatype":…,"data":[…]}</c>.</content>
internal ref partial struct InferReader
{
    /// <summary>What has been read of a tensor so far.</summary>
    private ref struct Told
    {
        public TensorBuffer? Tensor;
        public TensorElementType Type;
        public ReadOnlySpan<long> Shape;
        public bool Name, Datatype, Shaped, Data;

        /// <summary>Where in the body the data begins when it came too early to be read; 0 when it has been read.</summary>
        public int Late;

        public readonly bool Complete => Name && Datatype && Shaped;
    }

    private Failure? Input(int index)
    {
        var told = default(Told);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            Failure? failure;
            if (json.ValueTextEquals("name"u8)) failure = Field(ref told.Name, index, "name") ?? Name(index, ref told);
            else if (json.ValueTextEquals("shape"u8)) failure = Field(ref told.Shaped, index, "shape") ?? Shape(index, ref told);
            else if (json.ValueTextEquals("datatype"u8)) failure = Field(ref told.Datatype, index, "datatype") ?? Type(index, ref told);
            else if (json.ValueTextEquals("data"u8)) failure = Field(ref told.Data, index, "data") ?? Data(index, ref told);
            else failure = Ignore();
            if (failure is not null) return failure;
        }

        string? missing = !told.Name ? "name" : !told.Shaped ? "shape" : !told.Datatype ? "datatype" : !told.Data ? "data" : null;
        if (missing is not null) return Refusals.At($"inputs[{index}].{missing}", "is missing");
        return told.Late > 0 ? LateData(index, told) : null;
    }

    private Failure? Name(int index, ref Told told)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String) return Refusals.At($"inputs[{index}].name", $"must be a string, not {JsonText.Shown(ref json)}");
        var inputs = exchange.Slot.Inputs;
        for (int i = 0; i < inputs.Length; i++)
        {
            int candidate = (index + i) % inputs.Length; // callers mostly keep the model's order
            if (!json.ValueTextEquals(inputs[candidate].Name)) continue;
            if (exchange.Seen[candidate]) return Refusals.At($"inputs[{index}].name", $"names '{model.Inputs[candidate].Name}' a second time");
            exchange.Seen[candidate] = true;
            told.Tensor = inputs[candidate];
            return null;
        }

        return Refusals.At($"inputs[{index}].name", $"{JsonText.Shown(ref json)} is no input of '{model.NameText}'; its inputs are {string.Join(", ", model.Inputs.Select(input => input.Name))}");
    }

    private Failure? Type(int index, ref Told told)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String) return Refusals.At($"inputs[{index}].datatype", $"must be a string, not {JsonText.Shown(ref json)}");
        if (told.Tensor is { } tensor && json.ValueTextEquals(tensor.Word)) told.Type = tensor.Spec.Type;
        else if (json.ValueSpan.Length > 8 || !DataTypes.TryParse(System.Text.Encoding.UTF8.GetString(json.ValueSpan), out told.Type))
        {
            return Refusals.At($"inputs[{index}].datatype", $"{JsonText.Shown(ref json)} is none of {DataTypes.All}");
        }

        return null;
    }

    private Failure? Shape(int index, ref Told told)
    {
        Span<long> shape = stackalloc long[DeepestShape];
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray) return Refusals.At($"inputs[{index}].shape", $"must be an array of whole numbers, not {JsonText.Shown(ref json)}");
        int rank = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (rank == shape.Length) return Refusals.At($"inputs[{index}].shape", $"has more than {shape.Length} dimensions");
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out shape[rank]) || shape[rank] < 0)
            {
                return Refusals.At($"inputs[{index}].shape[{rank}]", $"must be a whole number from 0, not {JsonText.Shown(ref json)}");
            }

            rank++;
        }

        told.Shape = exchange.Remember(shape[..rank]);
        return null;
    }

    /// <summary>Reads the data when its tensor is known by now, else remembers where it begins.</summary>
    private Failure? Data(int index, ref Told told)
    {
        if (!told.Complete)
        {
            told.Late = origin + (int)json.BytesConsumed;
            json.Skip();
            return null;
        }

        if (Fit(index, told) is { } failure) return failure;
        var tensor = told.Tensor!;
        return tensor.Spec.Type == TensorElementType.Float && Floats(tensor) ? null : TensorData.Read(ref json, tensor, index);
    }

    private readonly Failure? LateData(int index, Told told)
    {
        if (Fit(index, told) is { } failure) return failure;
        var data = new Utf8JsonReader(body[told.Late..], new JsonReaderOptions { MaxDepth = options.MaxDepth });
        return TensorData.Read(ref data, told.Tensor!, index);
    }

    /// <summary>
    /// The common case, an array of plain numbers, read several times as fast as token by token; false when it is anything else, with the
    /// JSON reader where it was.
    /// </summary>
    private bool Floats(TensorBuffer tensor)
    {
        int start = origin + (int)json.BytesConsumed, count = tensor.Count;
        int row = tensor.Shape.Length == 2 ? (int)tensor.Shape[1] : 0;
        int length = JsonNumber.ReadArray(body[start..], tensor.Elements<float>(count)[..count], row);
        if (length == 0) return false;

        // The JSON reader has not seen the array: let it read a null in its place, and go on behind the array.
        var stand = new Utf8JsonReader("null"u8, isFinalBlock: false, json.CurrentState);
        stand.Read();
        origin = start + length;
        json = new Utf8JsonReader(body[origin..], isFinalBlock: true, stand.CurrentState);
        return true;
    }

    /// <summary>Checks type and shape against the model's input, and the batch against the other inputs; gives the tensor its shape.</summary>
    private readonly Failure? Fit(int index, in Told told)
    {
        var tensor = told.Tensor!;
        var spec = tensor.Spec;
        if (told.Type != spec.Type)
        {
            return Refusals.At($"inputs[{index}].datatype", $"is {DataTypes.Word(told.Type)}, '{spec.Name}' takes {DataTypes.Word(spec.Type)}");
        }

        bool fits = told.Shape.Length == spec.Shape.Count;
        long elements = 1;
        for (int i = 0; fits && i < told.Shape.Length; i++)
        {
            fits = spec.Shape[i] < 0 ? told.Shape[i] > 0 : told.Shape[i] == spec.Shape[i];
            // Every element takes a byte of the body at least, so a larger product is wrong whatever it is, and cannot overflow.
            if (elements <= body.Length) elements *= Math.Min(told.Shape[i], int.MaxValue);
        }

        if (!fits) return Refusals.At($"inputs[{index}].shape", $"[{Text(told.Shape)}] does not fit '{spec.Name}', which takes {spec.ShapeText} (-1: any number from 1)");
        if (spec.Shape.Count > 0 && spec.Shape[0] < 0 && Batch(index, spec, told.Shape[0]) is { } failure) return failure;
        if (elements > body.Length) return Refusals.At($"inputs[{index}].data", $"holds fewer elements than the shape [{Text(told.Shape)}] has");
        tensor.Take(told.Shape);
        return null;
    }

    private readonly Failure? Batch(int index, TensorSpec spec, long rows)
    {
        if (rows > options.MaxRows) return Refusals.TooManyRows(rows, options.MaxRows);
        if (exchange.Batch > 0 && exchange.Batch != rows)
        {
            return Refusals.At($"inputs[{index}].shape[0]", $"is {rows}, the inputs before '{spec.Name}' have {exchange.Batch} rows; all inputs of a request have the same number");
        }

        exchange.Batch = (int)rows;
        return null;
    }

    private static Failure? Field(ref bool seen, int index, string field) => seen ? Refusals.At($"inputs[{index}].{field}", "is there twice") : Mark(ref seen);

    private static Failure? Mark(ref bool seen)
    {
        seen = true;
        return null;
    }

    private static string Text(ReadOnlySpan<long> shape) => string.Join(',', shape.ToArray());
}
