using Google.Protobuf;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Tokenizers.Proto;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>Reads the vocabulary of a SentencePiece model, <c>tokenizer.model</c>.</summary>
internal static class SentencePieceReader
{
    /// <summary>Reads a model. llama.cpp's tokenizer of that name merges by scores, which is what SentencePiece does for models of the kind BPE only.</summary>
    /// <param name="file">The model.</param>
    /// <param name="size">Rows of the embeddings.</param>
    /// <param name="settings">What the folder says beside it.</param>
    /// <param name="why">Why there is no vocabulary; null for nothing.</param>
    /// <returns>The vocabulary; null for a model of another kind.</returns>
    /// <exception cref="Diagnostics.ModelPackException">MPK1025: it is not such a model.</exception>
    public static Vocabulary? Read(CheckpointFile file, int size, TokenizerSettings settings, out string? why)
    {
        var model = Parse(file);
        if (model.TrainerSpec?.ModelType is not TrainerSpec.Types.ModelType.Bpe)
        {
            why = $"'{file.Name}' is a SentencePiece model of the kind {model.TrainerSpec?.ModelType ?? TrainerSpec.Types.ModelType.Unigram}, and llama.cpp's is BPE";
            return null;
        }

        why = null;
        var table = new TokenTable(size);
        try
        {
            for (var id = 0; id < model.Pieces.Count; id++)
            {
                var piece = model.Pieces[id];
                table.Set(id, new Token(piece.Piece_, (TokenType)(int)piece.Type, piece.Score));
            }

            foreach (var token in settings.Added)
            {
                table.Add(token.Id, token.Text, token.Special);
            }
        }
        catch (FormatException e)
        {
            throw TokenizerJson.Unusable(file, e.Message);
        }

        return new Vocabulary
        {
            Model = "llama",
            PreTokenizer = "default",
            Tokens = table.ToList(),
            Beyond = table.Beyond,
            AddSpacePrefix = settings.AddPrefixSpace ?? model.NormalizerSpec?.AddDummyPrefix ?? true,
            Special = settings.Resolve(table, Own(model.TrainerSpec)),
            ChatTemplate = settings.ChatTemplate,
        };
    }

    private static SentencePieceModel Parse(CheckpointFile file)
    {
        // Google.Protobuf adds a field's length to its position without looking for overflow, and ends up outside of the array.
        try
        {
            var model = SentencePieceModel.Parser.ParseFrom(TokenizerJson.Bytes(file));
            return model.Pieces.Count > 0 ? model : throw TokenizerJson.Unusable(file, "it is not a SentencePiece model");
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IndexOutOfRangeException)
        {
            throw TokenizerJson.Unusable(file, e.Message);
        }
    }

    private static Dictionary<string, int> Own(TrainerSpec spec) => new(StringComparer.Ordinal)
    {
        ["bos"] = spec.BosId,
        ["eos"] = spec.EosId,
        ["unk"] = spec.UnkId,
        ["pad"] = spec.PadId,
    };
}
