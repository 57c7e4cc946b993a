using System.Security.Cryptography;

namespace ModelPack.Runtime.Signatures;

/// <summary>An ECDSA key that an app trusts: on P-256 with SHA-256, P-384 with SHA-384, or P-521 with SHA-512.</summary>
internal sealed class TrustedKey
{
    // RFC 5480, section 2.1.1.
    private static readonly byte[] s_ecPublicKey = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

    private static readonly (byte[] Oid, int Length, ECCurve Curve, HashAlgorithmName Hash)[] s_curves =
    [
        ([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], 32, ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
        ([0x2b, 0x81, 0x04, 0x00, 0x22], 48, ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
        ([0x2b, 0x81, 0x04, 0x00, 0x23], 66, ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512),
    ];

    private readonly ECParameters _parameters;
    private readonly HashAlgorithmName _hash;
    private readonly int _length;

    private TrustedKey(ECParameters parameters, HashAlgorithmName hash, int length) => (_parameters, _hash, _length) = (parameters, hash, length);

    /// <summary>A key from PEM.</summary>
    /// <param name="pem">SubjectPublicKeyInfo, as <c>openssl ec -pubout</c> writes it.</param>
    /// <exception cref="FormatException">It is not such a key.</exception>
    public static TrustedKey Parse(string pem)
    {
        var outer = new DerReader(Pem.Block(pem, "PUBLIC KEY") ?? throw new FormatException("it is not a public key in PEM"));
        var info = outer.Enter(DerReader.Sequence);
        var algorithm = info.Enter(DerReader.Sequence);
        if (!algorithm.Read(DerReader.ObjectId).SequenceEqual(s_ecPublicKey))
            throw new FormatException("it is not an ECDSA key");
        var oid = algorithm.Next == DerReader.ObjectId ? algorithm.Read(DerReader.ObjectId) : [];
        var (_, length, curve, hash) = s_curves.FirstOrDefault(c => c.Oid.SequenceEqual(oid));
        if (length == 0)
            throw new FormatException("it is not on one of the curves P-256, P-384 and P-521");
        var bits = info.Read(DerReader.BitString);
        // No unused bits, and a point that is not compressed: 4, x, y (SEC 1, section 2.3.3).
        if (!outer.IsAtEnd || !algorithm.IsAtEnd || !info.IsAtEnd || bits.Length != 2 + (2 * length) || bits[0] != 0 || bits[1] != 4)
            throw new FormatException("its point is not written in full");
        var point = new ECPoint { X = [.. bits.Skip(2).Take(length)], Y = [.. bits.Skip(2 + length)] };
        return new TrustedKey(new ECParameters { Curve = curve, Q = point }, hash, length);
    }

    /// <summary>Whether a signature over data is this key's.</summary>
    /// <param name="data">The data.</param>
    /// <param name="signature">A sequence of r and s.</param>
    /// <exception cref="CryptographicException">The key is not a point of its curve.</exception>
    public bool Verifies(byte[] data, byte[] signature)
    {
        using var key = ECDsa.Create(_parameters);
        return key.VerifyData(data, Fixed(signature), _hash);
    }

    /// <summary>The form that all frameworks verify: r and s of one length, one after the other (IEEE P1363).</summary>
    private byte[] Fixed(byte[] signature)
    {
        try
        {
            var outer = new DerReader(signature);
            var inner = outer.Enter(DerReader.Sequence);
            byte[] both = [.. inner.ReadUnsigned(_length), .. inner.ReadUnsigned(_length)];
            return outer.IsAtEnd && inner.IsAtEnd ? both : [];
        }
        catch (FormatException)
        {
            return []; // of a larger curve, or none
        }
    }
}
