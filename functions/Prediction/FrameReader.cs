using System.Text.Json;
using System.Text.Unicode;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;

namespace Tidemark.Prediction;

/// <summary>
/// Reads a request of MLflow's scoring protocol: <c>dataframe_split</c>, <c>dataframe_records</c>, and <c>instances</c> or <c>inputs</c> as
/// a list of rows (arrays or objects). Columns go in by name. Missing values (null, or no such field in a record) are NaN in a column of
/// reals and the empty string in a column of text; text that is a number is read as one in a column of numbers, and a number becomes the
/// text that was sent in a column of text, both with a warning. Columns that the model does not know are ignored with a warning.
/// </summary>
internal ref partial struct FrameReader
{
    private readonly ReadOnlySpan<byte> body;
    private readonly LoadedModel model;
    private readonly Exchange exchange;
    private readonly PredictionOptions options;
    private readonly FrameColumns columns;
    private Utf8JsonReader json;

    private FrameReader(ReadOnlySpan<byte> body, LoadedModel model, Exchange exchange, PredictionOptions options)
    {
        this.body = body;
        this.model = model;
        this.exchange = exchange;
        this.options = options;
        columns = exchange.Columns;
        columns.Clear(model.Frame.Width);
        json = new Utf8JsonReader(body, Json);
    }

    private readonly JsonReaderOptions Json => new() { MaxDepth = options.MaxDepth };

    public static Failure? Read(ReadOnlySpan<byte> body, LoadedModel model, Exchange exchange, PredictionOptions options)
    {
        if (model.Frame.Width == 0)
        {
            return Refusals.At("body", $"no table fits '{model.NameText}', whose inputs are neither one column each nor one matrix; send its tensors to /v2/models/{model.NameText}/infer");
        }

        if (!Utf8.IsValid(body)) return Refusals.At("body", "is not UTF-8");
        var reader = new FrameReader(body, model, exchange, options);
        try
        {
            return reader.Request() ?? reader.Whole();
        }
        catch (JsonException error)
        {
            return Refusals.At("body", JsonText.Explain(body, reader.json.BytesConsumed, error).TrimEnd('.'));
        }
    }

    private Failure? Request()
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return Refusals.At("body", $"must be an object with dataframe_split or dataframe_records, not {JsonText.Shown(ref json)}");

        string? form = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string? found = json.ValueTextEquals("dataframe_split"u8) ? "dataframe_split"
                : json.ValueTextEquals("dataframe_records"u8) ? "dataframe_records"
                : json.ValueTextEquals("instances"u8) ? "instances"
                : json.ValueTextEquals("inputs"u8) ? "inputs"
                : null;
            if (found is null)
            {
                exchange.Warn($"{JsonText.Shown(ref json)} has no effect");
                json.Skip();
                continue;
            }

            if (form is not null) return Refusals.At(found, $"stands beside {form}; send one of them, once");
            form = found;
            if ((form == "dataframe_split" ? Split() : Rows(form)) is { } failure) return failure;
        }

        json.Read(); // anything after the object is an error of the JSON reader
        return form is null ? Refusals.At("body", "has none of dataframe_split, dataframe_records, instances, inputs") : null;
    }

    /// <summary><c>{"columns":[…],"data":[[…],…]}</c>, in any order; <c>index</c> is passed over.</summary>
    private Failure? Split()
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return Refusals.At("dataframe_split", $"must be an object with columns and data, not {JsonText.Shown(ref json)}");
        bool named = false, data = false;
        int late = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("columns"u8))
            {
                if (named) return Refusals.At("dataframe_split.columns", "is there twice");
                named = true;
                if (Columns() is { } failure) return failure;
            }
            else if (json.ValueTextEquals("data"u8))
            {
                if (data) return Refusals.At("dataframe_split.data", "is there twice");
                data = true;
                if (named && Rows("dataframe_split.data") is { } failure) return failure;
                if (!named) late = (int)json.BytesConsumed;
                if (!named) json.Skip();
            }
            else json.Skip();
        }

        if (!data) return Refusals.At("dataframe_split.data", "is missing");
        if (late == 0) return null;

        // The names came after the rows, or not at all: read the rows now, then go on behind the object.
        var after = json;
        json = new Utf8JsonReader(body[late..], Json);
        var refused = Rows("dataframe_split.data");
        json = after;
        return refused;
    }

    private Failure? Columns()
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray) return Refusals.At("dataframe_split.columns", $"must be an array of names, not {JsonText.Shown(ref json)}");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            int place = columns.Order.Count;
            if (json.TokenType is not JsonTokenType.String and not JsonTokenType.Number) return Refusals.At($"dataframe_split.columns[{place}]", $"must be a name, not {JsonText.Shown(ref json)}");
            // A table without names has the numbers 0, 1, 2… for names: they name the model's places when it has no names either.
            int column = model.Frame.Names.Length == 0 ? place < model.Frame.Width ? place : -1 : json.TokenType == JsonTokenType.String ? Find(place) : -1;
            if (column < 0) columns.AddExtra(JsonText.Shown(ref json));
            else if (columns.IsSeen(column)) return Refusals.At($"dataframe_split.columns[{place}]", $"names {model.Frame.NameOf(column)} a second time");
            else columns.See(column);
            columns.Order.Add(column);
        }

        return null;
    }

    /// <summary>Rows as arrays or as objects.</summary>
    private Failure? Rows(string where)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray) return Refusals.At(where, $"must be an array of rows, not {JsonText.Shown(ref json)}");
        foreach (var input in exchange.Slot.Inputs) input.Cells.Clear();
        int row = 0;
        for (; json.Read() && json.TokenType != JsonTokenType.EndArray; row++)
        {
            if (row == options.MaxRows) return Refusals.TooManyRows(row + 1, options.MaxRows);
            var failure = json.TokenType switch
            {
                JsonTokenType.StartArray => ArrayRow(where, row),
                JsonTokenType.StartObject when where != "dataframe_split.data" => ObjectRow(where, row),
                _ => Refusals.At($"{where}[{row}]", $"must be a row, not {JsonText.Shown(ref json)}"),
            };
            if (failure is not null) return failure;
        }

        if (row == 0) return Refusals.At(where, "has no row");
        exchange.Batch = row;
        return null;
    }

    private Failure? Whole()
    {
        for (int column = 0; column < model.Frame.Width; column++)
        {
            if (!columns.IsSeen(column)) return Refusals.At("columns", $"lack {model.Frame.NameOf(column)}, which '{model.NameText}' needs");
        }

        if (columns.Extra.Count > 0) exchange.Warn($"columns that the model does not know were ignored: {string.Join(", ", columns.Extra)}{(columns.MoreExtra ? " and others" : "")}");
        var inputs = exchange.Slot.Inputs;
        foreach (var input in inputs) input.Follow(exchange.Batch);
        if (model.Frame.IsMatrix) inputs[0].Take([exchange.Batch, model.Frame.Width]);
        exchange.RequestAllByDefault();
        return null;
    }
}
