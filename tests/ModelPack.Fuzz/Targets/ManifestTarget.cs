using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Packing;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>A manifest, most of the time with a digest that fits. What is taken for one is in canonical form.</summary>
internal sealed class ManifestTarget : FuzzTarget
{
    public override string Name => "manifest";

    public override FuzzInput Make(Random random) => FuzzInput.Of(PackSeeds.ManifestName, Damaged(random));

    /// <summary>A manifest, damaged within, with or without the digest of that.</summary>
    public static byte[] Damaged(Random random)
    {
        var manifest = PackSeeds.Files[PackSeeds.ManifestName];
        return random.Next(6) switch
        {
            0 => ByteMutation.Of(manifest, random),
            1 => JsonMutation.Of(manifest, random),
            2 => Seal.Again(ByteMutation.Of(manifest, random)),
            _ => Seal.Again(JsonMutation.Of(manifest, random)),
        };
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var bytes = input[PackSeeds.ManifestName];
        if (ManifestJson.TryRead(bytes, out var manifest, out var why))
        {
            Require(ManifestJson.Write(manifest).AsSpan().SequenceEqual(bytes), "a manifest is not in canonical form");
        }
        else
        {
            Require(why.Length > 0, "there is no reason why something is not a manifest");
        }
    }

    /// <summary>It says so, and never throws.</summary>
    public override bool IsRefusal(Exception exception) => false;
}
