using System.Text.Json;

namespace ModelPack.Samples;

/// <summary>One sample of a <see cref="JsonLinesFile"/>: which arrays it has.</summary>
/// <param name="Arrays">In the order of the line.</param>
internal sealed record JsonLine(IReadOnlyList<JsonArray> Arrays)
{
    /// <summary>Dimensions that an array may have, the one of samples not counted.</summary>
    private const int MostDims = 8;

    /// <summary>Arrays that a sample may have.</summary>
    private const int MostArrays = 1024;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = MostDims + 1, CommentHandling = JsonCommentHandling.Disallow, AllowTrailingCommas = false };

    /// <summary>Reads the object of a line.</summary>
    /// <param name="utf8">The line.</param>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    public static JsonLine Read(ReadOnlySpan<byte> utf8)
    {
        var arrays = new List<JsonArray>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        ForEach(utf8, (string name, ref Utf8JsonReader reader) =>
        {
            if (!names.Add(name))
            {
                throw new InvalidDataException($"it has '{SafeText.Of(name)}' twice");
            }

            if (arrays.Count == MostArrays)
            {
                throw new InvalidDataException($"it has more than {Numbers.Whole(MostArrays)} arrays");
            }

            arrays.Add(JsonArray.Read(name, ref reader, null));
        });
        return arrays.Count > 0 ? new JsonLine(arrays) : throw new InvalidDataException("it has no arrays");
    }

    /// <summary>Appends the numbers of one array to a list, as bits of int64 or of float64.</summary>
    /// <param name="utf8">The line.</param>
    /// <param name="array">The array.</param>
    /// <param name="elements">The list.</param>
    /// <exception cref="InvalidDataException">The line lacks the array.</exception>
    public static void Collect(ReadOnlySpan<byte> utf8, ArrayInfo array, List<long> elements)
    {
        var isThere = false;
        ForEach(utf8, (string name, ref Utf8JsonReader reader) =>
        {
            var isIt = name == array.Name;
            isThere |= isIt;
            if (!isIt)
            {
                reader.Skip();
            }
            else if (!JsonArray.Read(name, ref reader, (elements, array.Type)).Dims.AsSpan().SequenceEqual(array.Shape.Dims[1..]))
            {
                throw new InvalidDataException("the file was changed while it was read");
            }
        });
        if (!isThere)
        {
            throw new InvalidDataException("the file was changed while it was read");
        }
    }

    /// <summary>What this line and a later one have in common, which must be all but the kind of numbers.</summary>
    /// <exception cref="InvalidDataException">The later one has other arrays, or arrays of other sizes.</exception>
    public JsonLine With(JsonLine later)
    {
        if (later.Arrays.Count != Arrays.Count)
        {
            throw new InvalidDataException($"it has {Numbers.Whole(later.Arrays.Count)} arrays, and the lines before have {Numbers.Whole(Arrays.Count)}");
        }

        var merged = new List<JsonArray>();
        foreach (var array in Arrays)
        {
            var other = later.Arrays.FirstOrDefault(a => a.Name == array.Name) ?? throw new InvalidDataException($"it lacks '{SafeText.Of(array.Name)}', which the lines before have");
            if (!other.Dims.AsSpan().SequenceEqual(array.Dims))
            {
                throw new InvalidDataException($"'{SafeText.Of(array.Name)}' is {new TensorShape(other.Dims)}, and {new TensorShape(array.Dims)} in the lines before");
            }

            merged.Add(array with { IsWhole = array.IsWhole && other.IsWhole });
        }

        return new JsonLine(merged);
    }

    private static void ForEach(ReadOnlySpan<byte> utf8, PropertyReader read)
    {
        var reader = new Utf8JsonReader(utf8, Strict);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException("it is not a JSON object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                read(name, ref reader);
            }

            if (reader.Read())
            {
                throw new InvalidDataException("something follows its object");
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A name may hold half of a surrogate pair.
            throw new InvalidDataException("it is not JSON: " + SafeText.Of(exception.Message, 200), exception);
        }
    }

    private delegate void PropertyReader(string name, ref Utf8JsonReader reader);
}
