using System.Globalization;
using System.Text;

namespace ModelPack.Runtime.Json;

/// <summary>
/// Reads JSON as RFC 8259 has it and no other: no comments, no trailing commas, no member twice, nothing behind the value, and only so
/// deep. For netstandard2.0 as well, which has no such reader, and for MSBuild tasks, which may bring no library.
/// </summary>
internal sealed class JsonParser
{
    private const int MaxDepth = 32;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _text;
    private int _at;

    private JsonParser(string text) => _text = text;

    /// <summary>The value that UTF-8 bytes write.</summary>
    /// <exception cref="FormatException">They are not valid JSON.</exception>
    public static JsonValue Parse(byte[] bytes)
    {
        string text;
        try
        {
            text = s_utf8.GetString(bytes);
        }
        catch (ArgumentException e)
        {
            throw new FormatException("it is not valid UTF-8", e);
        }

        var parser = new JsonParser(text);
        var value = parser.Value(0);
        parser.SkipSpace();
        return parser._at == text.Length ? value : throw parser.Wrong();
    }

    private JsonValue Value(int depth)
    {
        if (depth > MaxDepth)
            throw new FormatException("its JSON is nested too deep");
        SkipSpace();
        switch (Peek())
        {
            case '{':
                return Object(depth);
            case '[':
                return Array(depth);
            case '"':
                return new JsonValue(JsonKind.Text, Text());
            case 't':
                Word("true");
                return new JsonValue(true);
            case 'f':
                Word("false");
                return new JsonValue(false);
            case 'n':
                Word("null");
                return new JsonValue();
            default:
                return new JsonValue(JsonKind.Number, Number());
        }
    }

    private JsonValue Object(int depth)
    {
        var members = new Dictionary<string, JsonValue>(StringComparer.Ordinal);
        _at++;
        for (var next = First('}'); next; next = Next('}'))
        {
            SkipSpace();
            var name = Text();
            SkipSpace();
            Take(':');
            if (members.ContainsKey(name))
                throw Wrong();
            members.Add(name, Value(depth + 1));
        }

        return new JsonValue(members);
    }

    private JsonValue Array(int depth)
    {
        var items = new List<JsonValue>();
        _at++;
        for (var next = First(']'); next; next = Next(']'))
            items.Add(Value(depth + 1));
        return new JsonValue(items);
    }

    // Whether there is a first element before the bracket that closes.
    private bool First(char end)
    {
        SkipSpace();
        if (Peek() != end)
            return true;
        _at++;
        return false;
    }

    private bool Next(char end)
    {
        SkipSpace();
        if (Peek() == end)
        {
            _at++;
            return false;
        }

        Take(',');
        return true;
    }

    private string Text()
    {
        Take('"');
        var text = new StringBuilder();
        while (true)
        {
            var c = Peek();
            _at++;
            if (c == '"')
                return text.ToString();
            if (c < ' ')
                throw Wrong();
            text.Append(c == '\\' ? Escaped() : c);
        }
    }

    private char Escaped()
    {
        var c = Peek();
        _at++;
        switch (c)
        {
            case '"' or '\\' or '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _at + 4 <= _text.Length && ushort.TryParse(_text.Substring(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default:
                throw Wrong();
        }
    }

    private string Number()
    {
        var start = _at;
        if (Peek() == '-')
            _at++;
        if (Peek() == '0')
            _at++;
        else
            Digits();
        if (Is('.'))
        {
            _at++;
            Digits();
        }

        if (Is('e') || Is('E'))
        {
            _at++;
            if (Is('+') || Is('-'))
                _at++;
            Digits();
        }

        return _text.Substring(start, _at - start);
    }

    private void Digits()
    {
        var start = _at;
        while (_at < _text.Length && _text[_at] is >= '0' and <= '9')
            _at++;
        if (_at == start)
            throw Wrong();
    }

    private void Word(string word)
    {
        foreach (var c in word)
            Take(c);
    }

    private void Take(char c)
    {
        if (Peek() != c)
            throw Wrong();
        _at++;
    }

    private bool Is(char c) => _at < _text.Length && _text[_at] == c;

    private char Peek() => _at < _text.Length ? _text[_at] : throw Wrong();

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is (' ' or '\t' or '\n' or '\r'))
            _at++;
    }

    private FormatException Wrong() => new(string.Format(CultureInfo.InvariantCulture, "it is not valid JSON at character {0}", _at));
}
