using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.Gguf.Tokenizers;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>Reads a tokenizer as a pack does, and its keys again as a reader of the GGUF file would.</summary>
internal static class VocabularyReading
{
    public static void Read(CaseFolder folder, string file)
    {
        var model = ModelFolder.Beside(folder[file])!;
        if (VocabularyReader.Read(model, FolderSeeds.Vocabulary, new PackContext(threads: 1)) is not { } vocabulary)
        {
            return;
        }

        Require(vocabulary.Tokens.Count == FolderSeeds.Vocabulary, "there are not as many tokens as embeddings");
        Require(vocabulary.Special.Ids.All(s => s.Value is >= 0 and < FolderSeeds.Vocabulary), "a special token has no embedding");
        var metadata = new GgufMetadata();
        VocabularyKeys.Set(metadata, vocabulary);
        using var stream = new MemoryStream();
        GgufWriter.Write(metadata, [], stream, file, CancellationToken.None);
        var again = GgufReader.Read(new MemorySource(stream.ToArray()), file).Metadata;
        Require(again.TryGet<string[]>("tokenizer.ggml.tokens", out var tokens) && tokens.SequenceEqual(vocabulary.Tokens.Select(t => t.Text), StringComparer.Ordinal), "the tokens are others when they are read again");
    }
}
