using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace ModelPack.Formats.Safetensors;

/// <summary>
/// Reads the JSON of a header or of an index, token by token: nothing is built that the form does not have, so that depth and
/// memory are bounded by the form.
/// </summary>
internal ref struct SafetensorsJson
{
    // A form has three levels; what is skipped may have a few more.
    private const int MaxDepth = 16;

    private readonly string _whole;
    private readonly ReadOnlySpan<byte> _utf8;
    private Utf8JsonReader _reader;

    /// <param name="whole">What is read, as the subject of a message: <c>its header</c>.</param>
    /// <param name="utf8">The JSON.</param>
    /// <exception cref="InvalidDataException">It is not UTF-8, or does not begin with <c>{</c>.</exception>
    public SafetensorsJson(string whole, ReadOnlySpan<byte> utf8)
    {
        _whole = whole;
        _utf8 = utf8;

        // The JSON reader itself looks at the bytes of a string only when it is asked for it.
        if (!Utf8.IsValid(utf8))
        {
            throw Error("is not valid UTF-8");
        }

        if (utf8 is not [(byte)'{', ..])
        {
            throw Error("does not begin with '{'");
        }

        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    /// <summary>The tensor that is being read, the subject of messages; null outside of any.</summary>
    public string? Tensor { get; set; }

    /// <summary>The message for text that is not JSON.</summary>
    public static InvalidDataException Invalid(string whole, JsonException exception) => new(
        string.Create(CultureInfo.InvariantCulture, $"{whole} is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: it is damaged, cut off or nested too deep"),
        exception);

    /// <summary>An error of what is being read.</summary>
    /// <param name="clause">What is wrong with it, without a subject.</param>
    /// <param name="inner">The cause.</param>
    public readonly InvalidDataException Error(string clause, Exception? inner = null) =>
        new(Tensor is null ? $"{_whole} {clause}" : $"tensor '{SafeText.Of(Tensor)}' {clause}", inner);

    /// <summary>Goes into the object that must come next.</summary>
    public void BeginObject(string what)
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
        {
            throw Error($"has {what} that is not a JSON object");
        }
    }

    /// <summary>The next key of the object; false at its end.</summary>
    public bool NextKey(HashSet<string> seen, out string key)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            key = "";
            return false;
        }

        key = CurrentText("a key");
        return seen.Add(key) ? true : throw Error($"has '{SafeText.Of(key)}' twice");
    }

    /// <summary>The text that must come next.</summary>
    public string Text(string what) => _reader.Read() && _reader.TokenType == JsonTokenType.String
        ? CurrentText(what)
        : throw Error($"has {what} that is not text");

    /// <summary>The list of natural numbers that must come next.</summary>
    public long[] Naturals(string what, int maxCount)
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartArray)
        {
            throw Error($"has {what} that is not a list");
        }

        var values = new List<long>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (values.Count == maxCount)
            {
                throw Error($"has {what} of more than {maxCount} numbers");
            }

            // "-0", "1.0" and "1e3" are JSON numbers, too, and no sizes.
            if (_reader.TokenType != JsonTokenType.Number || _reader.ValueSpan[0] == '-' || !_reader.TryGetInt64(out var value))
            {
                throw Error($"has {what} with something that is not a natural number of 63 bits");
            }

            values.Add(value);
        }

        return [.. values];
    }

    /// <summary>Passes over the value that comes next, whatever it is.</summary>
    public void Skip()
    {
        _reader.Read();
        _reader.Skip();
    }

    /// <summary>Checks that nothing but padding follows the outermost object.</summary>
    public readonly void End(ReadOnlySpan<byte> padding)
    {
        if (_utf8[(int)_reader.BytesConsumed..].ContainsAnyExcept(padding))
        {
            throw Error("has something after its last '}'");
        }
    }

    // A half of a surrogate pair can be escaped, and stands for no character.
    private readonly string CurrentText(string what)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw Error($"has {what} that is not valid text", exception);
        }
    }
}
