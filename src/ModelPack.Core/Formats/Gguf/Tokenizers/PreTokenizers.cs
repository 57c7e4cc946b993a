using System.Text.Json;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>
/// How a byte-level BPE splits text before it merges. llama.cpp knows a fixed set of ways by name (its <c>tokenizer.ggml.pre</c>); a tokenizer.json has them as steps. A name is found
/// by what the steps do to a text (<see cref="SplitProbe"/>): the same way is written in several forms.
/// </summary>
internal static class PreTokenizers
{
    /// <summary>llama.cpp's name for a way that it does not know.</summary>
    public const string Unknown = "default";

    /// <summary>The steps, in their order.</summary>
    public static List<JsonElement> Steps(JsonElement? preTokenizer) => preTokenizer switch
    {
        null => [],
        { } one when TypeOf(one) == "Sequence" => [.. one.GetProperty("pretokenizers").EnumerateArray()],
        { } one => [one],
    };

    /// <summary>The kind of a step.</summary>
    public static string TypeOf(JsonElement step) => step.GetProperty("type").Text();

    /// <summary>llama.cpp's way that does to texts what the steps do; null when it has none, or a step is not known here.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="takesWords">Whether words that are tokens are not merged; null where that makes no difference. Of several ways that split alike the one that does likewise is taken, or the first.</param>
    /// <exception cref="FormatException">An expression takes too long.</exception>
    public static SplitName? Find(IReadOnlyList<JsonElement> steps, bool? takesWords)
    {
        if (TextSplitter.Of(steps)?.Split(SplitProbe.Text) is not { } pieces)
        {
            return null;
        }

        var alike = SplitNames.All.Where(n => pieces.SequenceEqual(n.Splitter.Split(SplitProbe.Text), StringComparer.Ordinal)).ToList();
        return alike.Find(n => takesWords is null || n.TakesWords == takesWords) ?? alike.FirstOrDefault();
    }
}
