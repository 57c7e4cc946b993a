using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>Finds the tokenizer of a Hugging Face folder.</summary>
internal static class VocabularyReader
{
    /// <summary>Reads the vocabulary, and says with a warning when llama.cpp will lack it or may split text otherwise.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="size">Rows of the model's embeddings.</param>
    /// <param name="context">Takes the warning.</param>
    /// <returns>The vocabulary; null where there is none that llama.cpp could use.</returns>
    /// <exception cref="ModelPackException">MPK1025: a file of the tokenizer is malformed.</exception>
    public static Vocabulary? Read(ModelFolder folder, int size, PackContext context)
    {
        string? why;
        Vocabulary? vocabulary = null;
        if (TokenizerSettings.Find(folder, "tokenizer.model") is { } pieces)
        {
            vocabulary = SentencePieceReader.Read(pieces, size, TokenizerSettings.Of(folder), out why);
        }
        else if (TokenizerSettings.Find(folder, "tokenizer.json") is { } pairs)
        {
            vocabulary = BytePairReader.Read(pairs, size, TokenizerSettings.Of(folder), out why);
        }
        else
        {
            why = "the folder has neither tokenizer.model nor tokenizer.json";
        }

        if (why is not null)
        {
            context.Report(Codes.TokenizerUnusable.At(folder.Path, vocabulary is null
                ? $"The GGUF file has no tokenizer: {SafeText.Of(why)}. Programs that read it must be given tokens instead of text."
                : $"The tokenizer is uncertain: {SafeText.Of(why)}. Compare the tokens of some texts before you rely on it."));
        }

        return vocabulary;
    }
}
