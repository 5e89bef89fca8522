"""TPAP's known answers: six logins with all that follows, and the messages after them.

Computed by ecdsa 0.19.2 and cryptography 50.0.2, which share nothing with this program. Suite 1 and
aes_128_ccm are what devices take; of other suites only what they have in common is kept, up to
the shares. Bytes are in hexadecimal, points compressed.
"""

CASES = {
    "plug-userpw-sha1": {
        "credential": "ba725bd00857eab096691de8f3bc049f20441e86",
        "salt": "2cdf123795a1842d665adec31eb0dac1",
        "iterations": 3000,
        "w0": "28d88a5acaf912e418b7447149802ed688d46cf503349578f75c3963b63cf524",
        "w1": "44e4579571566beff782dce8a2767eb04afea6deae28015102853fe004c5349f",
        "x": "28277f3173257de67b7ae0e31dbbf6dbb2941b03cf64264e6b760b46e3dba426",
        "user_random": "30f5b9cbb4e9e4377ca8191bebe17320e489ac86974f56e2d01280371357539f",
        "dev_random": "dfc79f47be063ecc7b4eecb28100408a9bd157a60723e4d54e43e40dd6e38188",
        "user_share": "03213ecdb2bb5b38d6e862fc015229d58c2ed949c917e8ebec1478b321e97914a8",
        "dev_share": "027740a3478ea0e082dc1be6eca1a25ecf24b8bd32c4b147c4cc462e8e2b51c5c4",
        "user_confirm": "da559ddeeb02cd4bac2b7de162ad99bb8d420f4c3ba88b7459e13e764670d2f1",
        "dev_confirm": "a1853363842b648a6c6408d40f2062f6af5bc8c752e53928b3d88186bfb75199",
        "shared_key": "dc9c25429e6d14578cfb023166d3dd4327a8512130304fa7e423d9055008891f",
        "start_seq": 16909060,
        "request1_plain": '{"method":"get_device_info"}',
        "request1_body": (
            "010203046a1c52ba001e741df70e4890c8e883ebd36712bceef30fae08e3671b"
            "76595ab101ac4f4ca7192f4a4c019200"
        ),
        "reply1_plain": '{"result":{"device_on":true},"error_code":0}',
        "reply1_body": (
            "010203046a1c4dba0703770df70e11d5c9f9aae6d57424b0e58e5cb41cf9201b"
            "672a8a0eda20757b8a746ae4df246541cabb062e6a2e369bfda4b537a6b70a51"
        ),
        "request2_plain": '{"method":"set_device_info","params":{"device_on":false}}',
        "request2_body": (
            "0102030586dd61c8fe3ef3da444dd69257dd8df30c35acb01048863cdc442419"
            "9769adf14cccdbd60186a85c877ce84b7f6956b4f360c621f1746b929ef38bf3"
            "57a316e600d72e7ecafb77a595"
        ),
    },
    "default-passcode": {
        "credential": "FC1C09AE18ECC4A9C6B6CED2F534D72C9CBC0AA76B9CCFB9F5C462870BD971A7",
        "salt": "2c57711d9cc1802cf81d3c5d12225f10",
        "iterations": 3000,
        "w0": "2531ac42ba210fcf2cc4c6991b1e8ba59c302183bc04fa6e01d39728f3785f48",
        "w1": "3fb27483b83a8a68e85aed826d5cc889d52c3c974535f1285fe3513d28b3adb7",
        "x": "b6766a115a296be66df929876960d26fd41d12b35ce5c2c17276ed37cd93a34e",
        "user_random": "0d625a1ee348f560df09bb8637923d674621a947be62d1a9ab664dc041bdfa1a",
        "dev_random": "f9c714e9cc44ed1a2467a5610cabd2627cc43e0c6f9670d70885e5e0e471a6be",
        "user_share": "026f1bdb52fe02f28f5abe6966044358da84733f748e1f9cafed46575f3822460c",
        "dev_share": "02f497c2e28c79378c948fdf2f694a6f2d46e3215ed20f31affea6e4d21eec0cad",
        "user_confirm": "72a636f06f16c3aae6823aab607f8b1f74b60a84e5dfae112f68d5be41ffa7b3",
        "dev_confirm": "df9195f6f5c9c8c1f2c634c04a50def605fa1bd5560729dfa36bd8c7d89058ca",
        "shared_key": "3148880e33dd8da1f228a2fce146babc69f51ca9182397061a16a8ddac4575e1",
        "start_seq": 2080374783,
        "request1_plain": '{"method":"get_device_info"}',
        "request1_body": (
            "7bffffff038faf1a3d233ed3b5edb69c987e67f39fedac38a1902b636872afea"
            "0976c9dfe97a84a0b675fe4df239696d"
        ),
        "reply1_plain": '{"result":{"device_on":true},"error_code":0}',
        "reply1_body": (
            "7bffffff038fb01a3a3e3dc3b5edefd9996f4efe99fe9a34aaed78797c68e8ea"
            "37161240e2cccb671443bf57019ff5c86ebaa879e92c1e78b2d213d6414527a2"
        ),
        "request2_plain": '{"method":"set_device_info","params":{"device_on":false}}',
        "request2_body": (
            "7c000000f9c593139b7f5465c6f6a6ba67e319dc0b4b8ca25eb57f5070d9a7a6"
            "bc200c3028f6500a683c6c222b738fb69f5a92ee8053c8949c4709a90566d718"
            "d4393ab94bd2fc46375ae0b2a7"
        ),
    },
    "small-w0-user-slash-password": {
        "credential": "Me@Example.org/Secr3t!pass",
        "salt": "f8e10991c01735f251aaa46774fc69f2",
        "iterations": 1000,
        "w0": "007137cb2fa28708f082d47efc70cc5c20d31c28ee553df46bba875128e3eae1",
        "w1": "74cb459fce7a04ea39ba5baa10eb18e27c6a5207440b16d5375de51cf38ab13d",
        "x": "7d116f8da953d2588577c7a0c3fc7aacc4b5a0f1a15d3a0a8160dffbb5e02fd9",
        "user_random": "6d8c8dc44b67857b519b7be8980a8a4139f4c1725d4c294aa62dff65a2ed387b",
        "dev_random": "b21aeb7ad5056102cf7844fb3353ac06c387532499c11f3c04e54b01a8322d8d",
        "user_share": "03a4828c85cd7d6a6f7fdb97df23a311cda74da52233d347aa55abf6571f3ff427",
        "dev_share": "031759791266a583726bc6a2e19768f01f42cc1967f806da26cccbc302a5844d94",
        "user_confirm": "8066b408c5f95ee567fa348a488e239f1ea975efa2e2c1908af1e9899a0b6118",
        "dev_confirm": "aaf4b7409dc383ee5a9ba3bf7505d110c2fa046e1707d3cbafb35af2bce3a5b3",
        "shared_key": "e107afd03bc03a3f571bde7f7cb004cc47dc650583634262ec9cb58023203efe",
        "start_seq": -2,
        "request1_plain": '{"method":"get_device_info"}',
        "request1_body": (
            "fffffffe3d5b0ff19f631a4795a548b7af71eadd68afe9f2788007a400123631"
            "5cd1ac0470c7f23555b3aa15ac3869f8"
        ),
        "reply1_plain": '{"result":{"device_on":true},"error_code":0}',
        "reply1_body": (
            "fffffffe3d5b10f1987e195795a511f2ae60c3d06ebcdffe73fd54be14087131"
            "956b8877fdf16cfdecd4024364094bd32b15680dc03b6169ae08d87f15b7c719"
        ),
        "request2_plain": '{"method":"set_device_info","params":{"device_on":false}}',
        "request2_body": (
            "ffffffff049519437156f52b6c459e4b8a983b90bca3a59d25f862b66155555f"
            "84a2482f0cebc96eb688c7129f0ab95a0d0ea34b41cf8bfff421bc51105137b3"
            "0049768a84eef83c7de7d9b84c"
        ),
    },
    "camera-md5": {
        "credential": "e4dac8847254e28266642c1bfe2ea3d2",
        "salt": "0e1f72c0bffeb4a07a109361c65cabe0",
        "iterations": 5000,
        "w0": "1c5d74b9ab062eb2a65d750360bd284cc6f59af07d83bb5bebe8f1ed90768c89",
        "w1": "5fe56e45fd33289473ac6412672994f562f54e85ccb934036dfddd0f2c21eb09",
        "x": "4c63f51702d9b04a8fbadc33807c69e029636fa1ad21449a64b8ad587c023ae2",
        "user_random": "624332405cf4be5a73d7ec332c88b1e77dcc1b7350cacccd624f0c8ad2b2bba7",
        "dev_random": "94d015f5a90963fef772614926190aaee3e995befbb8804a9a792bf6120b52aa",
        "user_share": "03f2e6af7185baacd500e8be455881b114f42e895140266472568c30802d499bbf",
        "dev_share": "02f81f3f2cf7c2505464e034f5e2198fda551735619aea8c3d4efda28099d0f044",
        "user_confirm": "128c0a20f2c772adc2f978f65e39f3d007e5fa7d9b930fd2f4cdaec17c01cd3a",
        "dev_confirm": "b73d2c4a32c5b7208e2e25bc50d42e2028e98be0b8e9ada581663588ca085f2a",
        "shared_key": "644e857c4cb9a9f41c982833642359e159bc2da68c3bd98ad60edc21a55877dc",
        "start_seq": 16909060,
        "request1_plain": '{"method":"get_device_info"}',
        "request1_body": (
            "01020304253f8616258e5a42d76f0d40490776bffd05b541b271562ba43ad440"
            "8de8a3e5d21208895d8534764c98ca17"
        ),
        "reply1_plain": '{"result":{"device_on":true},"error_code":0}',
        "reply1_body": (
            "01020304253f991622935952d76f540548165fb2fb16834db90c0531b0209340"
            "fcbba63200959b775733b2e7a6f606769031ae99f51fc448f7678233127d39d8"
        ),
        "request2_plain": '{"method":"set_device_info","params":{"device_on":false}}',
        "request2_body": (
            "0102030517e6e2a2fd54b6b6664530d46044aba0e3f8b110808c2fed325a1875"
            "70aed927712e61b8fca4458f6305ab8178f67e7ae67985aa9653265817c1ccd4"
            "39812433954485548fa4b32ee0"
        ),
    },
    "suite2-sha512-chacha": {
        "credential": "ba725bd00857eab096691de8f3bc049f20441e86",
        "salt": "75affa627c25ebbaa70554035814bf01",
        "iterations": 3000,
        "w0": "5af8f83e75616f2650434e134921fc1b5728c6de95fd1d23095b26d4d8021101",
        "w1": "2ca7ac2f46c89d2cd2488cf74fe02a20194fe945414d5b7010ba9e7ce23ad7ae",
        "x": "9b7226c09e4f4bf4bfae9368b6ba380e406b9e6639227be9a8aade3e484f8fd9",
        "user_random": "6a01d02f494d53ec852605bb21bb3ff3d2ae22e96caf66b66271748dedc0f2f3",
        "dev_random": "02db12da3cc9360227b9fbabe2be6a0db7361b1c81c855c2d03220bfb887e877",
        "user_share": "0207b3393ab2266e7640476366da677698e345711ac54ff66e4cad8099452553db",
        "dev_share": "02e0426157129bb367f6b29d505d48dbc9380ec3457bb52dea60a8c4eebeab00a3",
    },
    "suite8-cmac-aes256": {
        "credential": "ba725bd00857eab096691de8f3bc049f20441e86",
        "salt": "3957bc368d5978f21d88f1d615c90861",
        "iterations": 3000,
        "w0": "e60dae4e746024b6ea8aa1dce4ef11f40a1560739d25f2b27864cff4e159bf29",
        "w1": "ff9797eaddd67f8b9ac1245bda8ebeab2ee350a19c4074a902de42716d0e53e8",
        "x": "516860c7527eb18842f91602b032fa26a1fb58ff5af6b11fbcc0a9fa0cb8689b",
        "user_random": "da79ec29d11d3ecd50e3946d489b4a444eb411f0ba46fe1646abc1f08f9e1896",
        "dev_random": "a5f917326a33ded5ce07c8b47a0ba4ea35597512e23aceae50cfb8218c60fd63",
        "user_share": "02121337386e09e9149897649829985ffe50a5591170cdb93ec4b7a9af5ec29a00",
        "dev_share": "03c236a656aac20b723c20def80274064a17a6c4d72941936895b62e0334a2bc4a",
    },
}
