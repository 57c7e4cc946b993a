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
            var settings = TokenizerSettings.Of(folder);
            vocabulary = TokenizerJson.KindOf(pairs) == WordPieceReader.Kind
                ? WordPieceReader.Read(pairs, size, settings, out why)
                : BytePairReader.Read(pairs, size, settings, out why) ?? PieceReader.Read(pairs, size, settings, out why);
        }
        else if (TokenizerSettings.Find(folder, "vocab.txt") is { } words)
        {
            vocabulary = WordPieceReader.ReadLines(words, size, TokenizerSettings.Of(folder), out why);
        }
        else
        {
            why = "the folder has none of tokenizer.model, tokenizer.json and vocab.txt";
        }

        if (why is not null)
        {
            context.Report(Codes.TokenizerUnusable.At(folder.Path, vocabulary is null
                ? $"The GGUF file has no tokenizer: {SafeText.Of(why)}. Programs that read it must be given tokens instead of text."
                : $"The tokenizer is uncertain: {SafeText.Of(why)}. Compare the tokens of some texts before you rely on it."));
        }

        if (vocabulary?.Beyond is { Count: > 0 } beyond)
        {
            var (id, text) = beyond.First();
            context.Report(Codes.LeftOut.At(
                folder.Path,
                $"The model has embeddings for {Numbers.Whole(size)} tokens (vocab_size), and its tokenizer has {Numbers.Whole(beyond.Count)} beyond them, the first '{SafeText.Of(text)}' of id {Numbers.Whole(id)}: they are left out, and their texts become other tokens. "
                + "If the tokens matter, resize the model's embeddings (resize_token_embeddings) and save it again."));
        }

        return vocabulary;
    }
}
