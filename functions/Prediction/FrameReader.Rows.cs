using System.Text;
using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Json;

namespace Tidemark.Prediction;

/// <content>One row, and one value of it.</content>
internal ref partial struct FrameReader
{
    private Failure? ArrayRow(string where, int row)
    {
        if (where == "dataframe_records") return Refusals.At($"{where}[{row}]", "must be an object of columns, not an array; arrays belong in dataframe_split");
        if (row == 0 && columns.Order.Count == 0) ByPlace();
        int place = 0;
        for (; json.Read() && json.TokenType != JsonTokenType.EndArray; place++)
        {
            if (place == columns.Order.Count) return Refusals.At($"{where}[{row}]", $"has more than {columns.Order.Count} values");
            int column = columns.Order[place];
            if (column < 0) json.Skip();
            else if (Cell(column, row) is { } problem) return Refusals.At($"{where}[{row}][{place}]", $"column {model.Frame.NameOf(column)} {problem}");
        }

        return place == columns.Order.Count ? null : Refusals.At($"{where}[{row}]", $"has {place} values, there are {columns.Order.Count} columns");
    }

    /// <summary>Rows without names: the model's columns in order.</summary>
    private readonly void ByPlace()
    {
        for (int column = 0; column < model.Frame.Width; column++)
        {
            columns.Order.Add(column);
            columns.See(column);
        }
    }

    private Failure? ObjectRow(string where, int row)
    {
        if (model.Frame.Names.Length == 0) return Refusals.At(where, $"names columns, but '{model.NameText}' has no names for its {model.Frame.Width} columns; send dataframe_split with the columns in the model's order");
        int next = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            int column = Find(next);
            if (column < 0)
            {
                columns.AddExtra(JsonText.Shown(ref json));
                json.Skip();
                continue;
            }

            if (!columns.Fill(column, row)) return Refusals.At($"{where}[{row}]", $"has {model.Frame.NameOf(column)} twice");
            columns.See(column);
            json.Read();
            if (Cell(column, row) is { } problem) return Refusals.At($"{where}[{row}].{Encoding.UTF8.GetString(model.Frame.Names[column])}", problem);
            next = column + 1;
        }

        return FillMissing(where, row);
    }

    private readonly Failure? FillMissing(string where, int row)
    {
        for (int column = 0; column < model.Frame.Width; column++)
        {
            if (columns.IsFilled(column, row)) continue;
            if (Missing(column, row) is { } problem && columns.IsSeen(column)) return Refusals.At($"{where}[{row}].{Encoding.UTF8.GetString(model.Frame.Names[column])}", problem);
        }

        return null;
    }

    /// <summary>The model's column of the present name, looked for from <paramref name="hint"/> on; -1 when it has none.</summary>
    private readonly int Find(int hint)
    {
        var names = model.Frame.Names;
        for (int i = 0; i < names.Length; i++)
        {
            int column = (hint + i) % names.Length;
            if (json.ValueTextEquals(names[column])) return column;
        }

        return -1;
    }

    private readonly string? Missing(int column, int row)
    {
        var (tensor, at) = Place(column, row);
        if (!tensor.IsText) return TensorElement.StoreMissing(tensor, at);
        tensor.Cells.Add([]);
        return null;
    }

    private readonly (TensorBuffer Tensor, int At) Place(int column, int row) => model.Frame.IsMatrix
        ? (exchange.Slot.Inputs[0], (row * model.Frame.Width) + column)
        : (exchange.Slot.Inputs[column], row);

    /// <summary>Stores the present value; what is wrong with it, or null.</summary>
    private string? Cell(int column, int row)
    {
        var (tensor, at) = Place(column, row);
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return Missing(column, row);
            case JsonTokenType.String when tensor.IsText:
                return TensorData.StoreText(ref json, tensor);
            case JsonTokenType.String:
                if (columns.Convert(column)) exchange.Warn($"column {model.Frame.NameOf(column)} takes numbers; text in it was read as numbers");
                return json.ValueIsEscaped ? $"is {JsonText.Shown(ref json)}, which is not a number" : TensorElement.StoreNumber(json.ValueSpan, tensor, at);
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False when tensor.IsText:
                if (columns.Convert(column)) exchange.Warn($"column {model.Frame.NameOf(column)} takes text; numbers in it were taken as the text that was sent");
                tensor.Cells.Add(json.ValueSpan);
                return null;
            case JsonTokenType.Number:
                return TensorElement.StoreNumber(json.ValueSpan, tensor, at);
            case JsonTokenType.True or JsonTokenType.False:
                return TensorElement.StoreFlag(json.TokenType == JsonTokenType.True, tensor, at);
            default:
                return $"must be a number, text, true, false or null, not {JsonText.Shown(ref json)}";
        }
    }
}
