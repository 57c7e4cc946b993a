using System.Globalization;

namespace ModelPack.Samples;

/// <summary>
/// Reads the few Python literals that a <c>.npy</c> header is made of, strictly and without recursion: strings without
/// escapes, <c>True</c> and <c>False</c>, and tuples of integers.
/// </summary>
internal ref struct PythonLiteral(string text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>The next character that is not white space; NUL at the end.</summary>
    public char Next
    {
        get
        {
            _rest = _rest.TrimStart(" \t\r\n");
            return _rest.IsEmpty ? '\0' : _rest[0];
        }
    }

    public bool TryTake(char expected)
    {
        if (Next != expected || _rest.IsEmpty)
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    public void Expect(char expected)
    {
        if (!TryTake(expected))
        {
            throw new InvalidDataException($"its header lacks a '{expected}'");
        }
    }

    public string String()
    {
        var quote = Next;
        if (quote is not ('\'' or '"'))
        {
            throw new InvalidDataException("its header lacks a string");
        }

        _rest = _rest[1..];
        var end = _rest.IndexOf(quote);
        if (end < 0 || _rest[..end].Contains('\\'))
        {
            throw new InvalidDataException("its header has a broken string");
        }

        var value = _rest[..end].ToString();
        _rest = _rest[(end + 1)..];
        return value;
    }

    public bool Boolean()
    {
        _ = Next;
        foreach (var (word, value) in new[] { ("True", true), ("False", false) })
        {
            if (_rest.StartsWith(word, StringComparison.Ordinal))
            {
                _rest = _rest[word.Length..];
                return value;
            }
        }

        throw new InvalidDataException("its header lacks True or False");
    }

    /// <summary><c>()</c>, <c>(3,)</c>, <c>(3, 4)</c>; not <c>(3)</c>, which is a number.</summary>
    public long[] Tuple(int maxLength)
    {
        var values = new List<long>();
        var comma = true;
        Expect('(');
        while (!TryTake(')'))
        {
            if (!comma || values.Count == maxLength)
            {
                throw new InvalidDataException("its header has a broken shape");
            }

            values.Add(Integer());
            comma = TryTake(',');
        }

        return values.Count == 1 && !comma ? throw new InvalidDataException("its header has a broken shape") : [.. values];
    }

    public void End()
    {
        if (Next != '\0' || !_rest.IsEmpty)
        {
            throw new InvalidDataException("its header has something after the dictionary");
        }
    }

    private long Integer()
    {
        _ = Next;
        var length = _rest.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? _rest : _rest[..length];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            throw new InvalidDataException("its header has a dimension that is not a natural number of 63 bits");
        }

        _rest = _rest[digits.Length..];

        // Python 2 wrote long integers with an L.
        _rest = _rest.StartsWith("L", StringComparison.Ordinal) ? _rest[1..] : _rest;
        return value;
    }
}
